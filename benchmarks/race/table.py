"""Both sides' races as markdown: how long each took to the peer's median final best."""

from __future__ import annotations

import os
import platform
import random
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from math import inf
from statistics import median, quantiles

from benchmarks.race.setting import LONGER, TRIALS
from benchmarks.race.sides import Race

_PACKAGES = ("numpy", "scipy", "numba", "torch", "optuna")
_RESAMPLES = 10_000


def markdown(peers: Sequence[Race], ours: Sequence[Race]) -> str:
    """The figure, its interval and every seed; races of the same seed stand at the same place."""
    level = median(race.best(TRIALS) for race in peers)
    theirs, mine = _both(peers, ours, level)
    rows = [
        f"| {seed} | {peer.best(TRIALS):.4f} | {_place(peer, level)} | {peer.seconds:.1f} | {our.best(TRIALS):.4f} | "
        f"{_place(our, level)} | {_after(our, TRIALS):.1f} |"
        for seed, (peer, our) in enumerate(zip(peers, ours, strict=True), 1)
    ]
    low, high = _interval(peers, ours)
    later = sum((race.reached(level) or LONGER + 1) > TRIALS for race in ours)
    return "\n".join(
        [
            _about(),
            "",
            f"**To validation accuracy {level:.4f}, the peer's median final best: {median(mine):.2f} s against "
            f"{median(theirs):.2f} s, {_ratio(theirs, mine):.2f} times as fast** (95 %: {low:.2f} to {high:.2f}; "
            f"target: at least 8), medians over {len(ours)} seeds.",
            f"Where the peer did not reach it, its whole time counts ({sum(r.reached(level) is None for r in peers)} "
            f"seeds), which favours it; ours continued beyond {TRIALS} trials for {later} seeds.",
            f"Each seed by itself, to the peer's final best on the same rows: {_paired(peers, ours)}.",
            "",
            f"| seed | peer: best of {TRIALS} | reached after (trials) | all | ours: best of {TRIALS} | "
            f"reached after (trials) | {TRIALS} trials |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _both(peers: Sequence[Race], ours: Sequence[Race], level: float) -> tuple[list[float], list[float]]:
    """Seconds to the level. A peer that did not get there counts with all it took, one of ours as never."""
    theirs = [race.seconds if (place := race.reached(level)) is None else _after(race, place) for race in peers]
    mine = [inf if (place := race.reached(level)) is None else _after(race, place) for race in ours]
    return theirs, mine


def _after(race: Race, trials: int) -> float:
    return race.trials[min(trials, len(race.trials)) - 1][0]


def _place(race: Race, level: float) -> str:
    place = race.reached(level)
    return f"not in {race.seconds:.1f} s" if place is None else f"{_after(race, place):.2f} s ({place})"


def _ratio(theirs: Sequence[float], mine: Sequence[float]) -> float:
    return median(theirs) / median(mine)


def _interval(peers: Sequence[Race], ours: Sequence[Race]) -> tuple[float, float]:
    """Seeds drawn anew, on each side by itself; the level with them."""
    draw, ratios = random.Random(1), list[float]()
    for _ in range(_RESAMPLES):
        some, own = draw.choices(peers, k=len(peers)), draw.choices(ours, k=len(ours))
        level = median(race.best(TRIALS) for race in some)
        ratios.append(_ratio(*_both(some, own, level)))
    cuts = quantiles(ratios, n=40)
    return cuts[0], cuts[-1]


def _paired(peers: Sequence[Race], ours: Sequence[Race]) -> str:
    ratios = [_ratio(*_both([p], [o], p.best(TRIALS))) for p, o in zip(peers, ours, strict=True)]
    return f"{median(ratios):.2f} times as fast (median of {min(ratios):.2f} to {max(ratios):.2f}; 0: never)"


def _about() -> str:
    from benchmarks.training.report import processor

    packages = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    return (
        f"{date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}. "
        f"Load when it ended: {os.getloadavg()[0]:.1f}."
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
