"""`python -m benchmarks.modules`: prints processor time per step and member, for docs/benchmarks/modules.md."""

from __future__ import annotations

import argparse
from shutil import which
from time import process_time

import torch
from caviar_plugins.models.network_trial import Verdict

from benchmarks.modules.contenders import Case, Contender, loop, ours

CASES = (Case(20, 32, 3), Case(20, 64, 2, normalized=True), Case(64, 128, 10), Case(64, 256, 10))
MEMBERS = 64


def main() -> None:
    """Each contender in turn, the least of `--rounds` measurements, in microseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.modules", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", type=int, default=len(CASES), help="only the first of them")
    given = parser.parse_args()
    torch.set_num_threads(1)
    compiling = ["PyTorch's loop, `torch.compile`"] if which("g++") else []
    names = ["PyTorch's loop, eager", *compiling, "one by one, 64", "stack of 64", "best loop / stack"]
    print(f"| | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}")
    for case in CASES[: given.cases]:
        contenders = [
            loop(case, MEMBERS, False),
            *(loop(case, MEMBERS, True) for _ in compiling),
            ours(case, MEMBERS, Verdict("the benchmark asks for it")),
            ours(case, MEMBERS, None),
        ]
        for each in contenders:
            each()  # compiles, and tries the ways
        taken = [
            min(times)
            for times in zip(*([_timed(each) for each in contenders] for _ in range(given.rounds)), strict=True)
        ]
        *loops, _, stack = taken
        print(f"| {case} | {' | '.join(f'{each:.0f}' for each in taken)} | {min(loops) / stack:.1f} |", flush=True)


def _timed(contender: Contender) -> float:
    start = process_time()
    steps = contender()
    return (process_time() - start) * 1e6 / steps


if __name__ == "__main__":
    main()
