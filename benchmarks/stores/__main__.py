"""What it costs to finish a trial durably: `python -m benchmarks.stores sqlite postgresql`, on a server that there is.

Rounds of 64 trials with curves of 10 epochs and 7 metrics, whose results are committed together, by 16 or one by one.
Of each size the median over rounds, in milliseconds of time and of this process's processor time for one trial.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy
from caviar.plugin import Changes, Curve, Ledger, Metrics, Store, StudyRecord, Trial, TrialState
from caviar.registry.load import load

ROUND, ROUNDS, EPOCHS = 64, 20, 10
NAMES = tuple(f"validation.metric{number}" for number in range(7))


def proposed(first: int, round: int) -> dict[int, Trial]:
    values = {f"optimizer.value{number}": number / 7 for number in range(6)}
    return {number: Trial(number, round, (0.1,) * 6, values) for number in range(first, first + ROUND)}


def finished(trials: list[Trial]) -> Changes:
    curve = numpy.random.default_rng(0).random((1, EPOCHS, len(NAMES)))
    metrics = dict(zip(NAMES, curve[0, -1].tolist(), strict=True))
    ended = (TrialState.FINISHED, EPOCHS, metrics, metrics[NAMES[0]])
    rows = {each.index: Trial(each.index, each.round, each.point, each.values, *ended) for each in trials}
    curves = tuple(Curve(number, 1, Metrics(NAMES, 1, curve)) for number in rows)
    return Changes(trials=rows, attempts=dict.fromkeys(rows, 1), curves=curves)


@contextmanager
def opened(store: Store) -> Iterator[Ledger]:
    with TemporaryDirectory(dir=".") as folder, store.open(Path(folder) / "run") as ledger:
        ledger.commit(Changes(study=StudyRecord('name = "x"\n', {}, "", {}, NAMES[0], "maximize")))
        yield ledger


def main(names: list[str]) -> None:
    print(f"{'store':12} {'together':>8} {'ms':>8} {'processor':>10}")
    for name in names:
        for together in (64, 16, 1):
            store: Any = load("store", name)
            with opened(store()) as ledger:
                times = list[tuple[float, float]]()
                for round in range(ROUNDS):
                    trials = proposed(round * ROUND, round)
                    since, used = perf_counter(), process_time()
                    ledger.commit(Changes(trials=trials))
                    ledger.commit(Changes(populations=(dict.fromkeys(trials, 1),)), durable=False)
                    for first in range(0, ROUND, together):
                        ledger.commit(finished([*trials.values()][first : first + together]))
                    times.append((perf_counter() - since, process_time() - used))
                ms, processor = (median(column) / ROUND * 1000 for column in zip(*times, strict=True))
                print(f"{name:12} {together:8} {ms:8.3f} {processor:10.3f}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite"])
