"""`python -m benchmarks.functions`: what a trial of a function costs that costs nothing, beside Optuna; in markdown."""

from __future__ import annotations

import argparse
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.environment import program, unbiased
from benchmarks.estimates.tree import Usage, used

_HERE = Path(__file__).parent
_PAIRS = {"default": ("coarse-to-fine", "TPESampler"), "random": ("random", "RandomSampler")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.functions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each, in turn; their median counts")
    parser.add_argument("--trials", type=int, default=640)
    parser.add_argument("--round", type=int, default=64, help="our trials between two proposals")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pairs", nargs="*", choices=_PAIRS, default=list(_PAIRS))
    parser.add_argument("--peers-python", default=sys.executable, help="the Python that has Optuna")
    given = parser.parse_args()
    peer = program(given.peers_python)
    print("| strategies | | seconds | processor seconds | milliseconds a trial | processor milliseconds a trial |")
    print("|---|---|---|---|---|---|")
    for pair in given.pairs:
        strategy, sampler = _PAIRS[pair]
        commands = {
            "ours": _ours(strategy, given.trials, given.round, given.workers),
            "Optuna": [peer, str(_HERE / "peer.py"), sampler, str(given.trials), str(given.workers)],
        }
        found = _in_turn(commands, given.rounds)
        for side, usages in found.items():
            seconds, processor = (median(getattr(each, name) for each in usages) for name in ("seconds", "processor"))
            each = f"{1e3 * seconds / given.trials:.2f} | {1e3 * processor / given.trials:.2f}"
            print(f"| {pair} | {side} | {seconds:.2f} | {processor:.2f} | {each} |", flush=True)
        ratios = " | ".join(_ratio(found["Optuna"], found["ours"], name) for name in ("seconds", "processor"))
        print(f"| {pair} | Optuna / ours, median (least to most) | {ratios} | | |", flush=True)


def _ours(strategy: str, trials: int, round: int, workers: int) -> list[str]:
    settings = f"search.trials={trials}", f"search.round={round}", f"search.strategy={strategy}"
    pipe = Path(sysconfig.get_path("scripts")) / "pipe"
    named = [word for setting in settings for word in ("--set", setting)]
    return [str(pipe), "run", str(_HERE / "ours.py"), "--workers", str(workers), *named]


def _in_turn(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Usage]]:
    """What each command takes, after a first time that does not count: modules are compiled then."""
    found: dict[str, list[Usage]] = {side: [] for side in commands}
    for turn in range(rounds + 1):
        for side, command in commands.items():
            with tempfile.TemporaryDirectory() as folder:
                usage = used(command, Path(folder), unbiased())
            if turn:
                found[side].append(usage)
                print(f"{side}: {usage.seconds:.1f} s, processor {usage.processor:.1f} s", file=sys.stderr, flush=True)
    return found


def _ratio(theirs: Sequence[Usage], ours: Sequence[Usage], name: str) -> str:
    ratios = sorted(getattr(a, name) / getattr(b, name) for a, b in zip(theirs, ours, strict=True))
    return f"{median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"


if __name__ == "__main__":
    main()
