"""All races as markdown: the median test errors at equal wall clock, and whose is better."""

from __future__ import annotations

import os
import platform
import random
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median, quantiles
from typing import TypeAlias

from benchmarks.race.campaign import OURS, PEER
from benchmarks.race.sides import Race

Races: TypeAlias = Mapping[tuple[str, str, int], Sequence[Race]]
"""Table, side and seconds -> one race for each seed."""

_RESAMPLES = 10_000


def markdown(races: Races, tables: Sequence[str], seconds: Sequence[int]) -> str:
    """Ours after the shorter time is compared with the peer after the longer, and both at equal times."""
    first, last = min(seconds), max(seconds)
    heads = [f"{side}, {each} s" for each in seconds for side in (PEER, OURS)]
    pairs = [(first, last), *((each, each) for each in seconds)]
    heads += [f"{OURS} {ours} s / {PEER} {theirs} s" for ours, theirs in dict.fromkeys(pairs)]
    rows, good = [], 0
    for table in tables:
        cells = [_cell(races[table, side, each]) for each in seconds for side in (PEER, OURS)]
        cells += [_ratio(races[table, OURS, a], races[table, PEER, b]) for a, b in dict.fromkeys(pairs)]
        rows.append(f"| {table} | {' | '.join(cells)} |")
        good += _median(races[table, OURS, first]) <= _median(races[table, PEER, last])
    return "\n".join(
        [
            _about(min(map(len, races.values()))),
            "",
            f"**Caviar's error after {first} s is not above the peer's after {last} s on {good} of {len(tables)} "
            "tables** (medians).",
            "",
            f"| test error; seconds and trials | {' | '.join(heads)} |",
            f"|{'---|' * (len(heads) + 1)}",
            *rows,
        ]
    )


def _median(races: Sequence[Race]) -> float:
    return median(race.error for race in races)


def _cell(races: Sequence[Race]) -> str:
    seconds, trials = median(race.seconds for race in races), median(race.trials for race in races)
    return f"{_median(races):.4f}; {seconds:.1f}, {trials:.0f}"


def _ratio(ours: Sequence[Race], peers: Sequence[Race]) -> str:
    """Of the medians; the interval draws seeds anew, on each side by itself."""
    draw = random.Random(1)
    ratios = [
        _median(draw.choices(ours, k=len(ours))) / _median(draw.choices(peers, k=len(peers))) for _ in range(_RESAMPLES)
    ]
    cuts = quantiles(ratios, n=40)
    return f"{_median(ours) / _median(peers):.2f} ({cuts[0]:.2f} to {cuts[-1]:.2f})"


def _about(seeds: int) -> str:
    from benchmarks.training.report import processor

    return (
        f"{date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {seeds} seeds. "
        f"Load when it ended: {os.getloadavg()[0]:.1f}."
    )
