"""`python -m benchmarks.functions`: what a trial of a function costs that costs nothing, beside peers; in markdown."""

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
_PEERS = "optuna-journal", "optuna-sqlite", "rustuna-journal", "rustuna-sqlite"
_FEW = 64  # trials of the first time, which does not count: modules are compiled then


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.functions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each, in turn; their median counts")
    parser.add_argument("--trials", type=int, default=640)
    parser.add_argument("--round", type=int, default=64, help="our trials between two proposals")
    parser.add_argument("--workers", type=int, default=2, help="worker processes; 0: all in one process")
    parser.add_argument("--pairs", nargs="*", choices=_PAIRS, default=list(_PAIRS))
    parser.add_argument("--peers", nargs="*", choices=_PEERS, default=list(_PEERS))
    parser.add_argument("--peers-python", default=sys.executable, help="the Python that has Optuna and Rustuna")
    given = parser.parse_args()
    python = program(given.peers_python)
    units = "seconds", "processor seconds", "ms a trial", "processor ms a trial", "seconds / ours", "processor / ours"
    print("| strategies | |", " | ".join(units), "|")
    print("|---|---|---|---|---|---|---|---|")
    for pair in given.pairs:
        _in_turn(_commands(pair, _FEW, given, python), 1)
        found = _in_turn(_commands(pair, given.trials, given, python), given.rounds)
        for side, usages in found.items():
            seconds, processor = (median(getattr(each, name) for each in usages) for name in ("seconds", "processor"))
            each = f"{1e3 * seconds / given.trials:.2f} | {1e3 * processor / given.trials:.2f}"
            ratios = " | ".join(_ratio(usages, found["ours"], name) for name in ("seconds", "processor"))
            print(f"| {pair} | {side} | {seconds:.2f} | {processor:.2f} | {each} | {ratios} |", flush=True)


def _commands(pair: str, trials: int, given: argparse.Namespace, python: str) -> dict[str, list[str]]:
    strategy, sampler = _PAIRS[pair]
    executor = f"executor.workers={given.workers}" if given.workers else "executor=inline"
    settings = f"search.trials={trials}", f"search.round={given.round}", f"search.strategy={strategy}", executor
    pipe = str(Path(sysconfig.get_path("scripts")) / "pipe")
    ours = [pipe, "run", str(_HERE / "ours.py"), *(word for each in settings for word in ("--set", each))]
    peer, shared = [python, str(_HERE / "peer.py")], [sampler, str(trials), str(given.workers)]
    return {"ours": ours} | {name: [*peer, name, *shared] for name in given.peers}


def _in_turn(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Usage]]:
    found: dict[str, list[Usage]] = {side: [] for side in commands}
    for _ in range(rounds):
        for side, command in commands.items():
            with tempfile.TemporaryDirectory() as folder:
                usage = used(command, Path(folder), unbiased())
            found[side].append(usage)
            print(f"{side}: {usage.seconds:.2f} s, processor {usage.processor:.2f} s", file=sys.stderr, flush=True)
    return found


def _ratio(theirs: Sequence[Usage], ours: Sequence[Usage], name: str) -> str:
    ratios = sorted(getattr(a, name) / getattr(b, name) for a, b in zip(theirs, ours, strict=True))
    return f"{median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"


if __name__ == "__main__":
    main()
