"""`python -m benchmarks.scale`: how busy rounds keep many workers, with the training times of LCBench.

Prints Markdown tables of means over its tables, with the worst one in parentheses; then what it costs a search to
propose a round without the newest trials.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy

from benchmarks.scale.barrier import utilization
from benchmarks.scale.late import regrets
from benchmarks.scale.memory import bytes_of_a_trial
from benchmarks.scale.times import drawn, spreads
from benchmarks.search.tasks import SHARED

_WORKERS = (16, 256, 10_000)
_EACH = 4  # trials of a round for each worker, where the size of the round is not what is varied
_ROUNDS = 8


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of the training times")
    shared = parser.parse_args().shared
    found = spreads(shared)
    about = [[f"{numpy.quantile(each, share):.2f}" for share in (0.1, 0.5, 0.9, 1)] for each in found.values()]
    print("Seconds of a training, in means of its table; the median over tables of quantiles:")
    middle = [numpy.median([float(row[place]) for row in about]) for place in range(4)]
    print(", ".join(f"{name} {each:.2f}" for name, each in zip(("10 %", "50 %", "90 %", "most"), middle, strict=True)))

    def busy(workers: int, size: int, late: int = 0, most: float = numpy.inf) -> Sequence[float]:
        times = (drawn(each, _ROUNDS * size, seed) for seed, each in enumerate(found.values()))
        return [utilization(numpy.minimum(each, most), workers, size, late) for each in times]

    def by_size(workers: int, many: float) -> Sequence[float]:
        return busy(workers, int(many) * workers)

    def by_share(workers: int, share: float) -> Sequence[float]:
        return busy(workers, _EACH * workers, round(share * _EACH * workers))

    def by_longest(workers: int, most: float) -> Sequence[float]:
        return busy(workers, _EACH * workers, most=most)

    of_four = f"a round of {_EACH} trials for each worker"
    _table("trials of a round, for each worker", (1, 2, 4, 8, 16), by_size)
    _table(f"{of_four}, proposed without the newest so many rounds", (0, 0.5, 1, 2, 4), by_share)
    _table(f"{of_four}, none longer than so many means", (2, 4, 8), by_longest)

    print("\n| trials of a round | newest trials that its proposal does without | regret after 256 |\n|---|---|---|")
    for size, late in ((16, 0), (16, 16), (16, 64), (64, 0), (64, 64), (128, 0)):
        print(f"| {size} | {late} | {numpy.mean(regrets(shared, size, late)):.4f} |", flush=True)
    print(f"\nA trial of 6 hyperparameters and 3 metrics takes {bytes_of_a_trial():,.0f} bytes of memory.")


def _table(title: str, columns: Sequence[float], found: Callable[[int, float], Sequence[float]]) -> None:
    print(f"\n| workers | {title}: {' | '.join(f'{each:g}' for each in columns)} |")
    print(f"|{'---|' * (len(columns) + 1)}")
    for workers in _WORKERS:
        shares = [found(workers, each) for each in columns]
        cells = (f"{numpy.mean(each):.0%} ({min(each):.0%})" for each in shares)
        print(f"| {workers:,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
