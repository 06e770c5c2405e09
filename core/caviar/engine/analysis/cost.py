"""What a run will take, foreseen from its sizes: memory of all its processes, and seconds on an idle machine.

The constants were measured with `python -m benchmarks.estimates`, whose table is in docs/benchmarks/estimates.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time

COMPILING = 10.0
"""Seconds that the kernels of a pipeline take to compile, once on a machine like the one that was measured."""

_LIBRARIES = 170_000_000  # bytes: Python, NumPy, numba, duckdb
_WORKER = 45_000_000  # bytes of a worker's own, beside what it shares with the coordinator
_COPIES = 4  # of each parameter while training: itself, its gradient, and what an optimizer remembers
_ROW = 40  # bytes: target, truth, and the rows of each part

_LOOP = 20_000  # steps of a loop in Python, whose speed stands for that of the machine
_LOOP_SECONDS = 1.2e-3  # where the seconds below were measured
_START = 3.0  # seconds: libraries, plugins, workers with their kernels, the winner's test and its file
_READ = 11e-9  # for each byte that reading takes
_PREPARE = 140e-9  # for each number: transforms, split, checksum
_ADD = 3e-9  # for each number that boosting adds up
_EPOCH, _STEP = 4e-3, 200e-6  # for each epoch and mini-batch, whatever is in it
_UPDATE, _MULTIPLY, _UNIT = 3.2e-9, 0.15e-9, 5e-9  # a parameter in a step; a parameter, and a unit, for a row


@dataclass(frozen=True)
class Training:
    """One trial as it could be: its epochs, the mini-batches of each, and the size of its model."""

    epochs: int
    steps: int
    parameters: int
    units: int

    def seconds(self, rows: int) -> float:
        """How long it takes on so many training rows."""
        step = _STEP + _UPDATE * self.parameters
        row = _MULTIPLY * self.parameters + _UNIT * self.units
        return self.epochs * (_EPOCH + self.steps * step + rows * row)


@dataclass(frozen=True)
class Sizes:
    """`table`, `inputs`, `reading`: bytes of the table as it is read, of a model's inputs, and of reading beside it.

    `numbers` are those of all rows; `rows` those of the training part. `boosting`: numbers that the boosting baseline
    adds up. `trainings`: examples of the trials, none where they are unknown.
    """

    rows: int
    numbers: int
    table: int
    inputs: int
    reading: int
    trials: int
    workers: int
    population: int
    parameters: int
    boosting: float = 0.0
    trainings: Sequence[Training] = ()

    def memory(self) -> int:
        """The most bytes that all processes hold at once: while data are read, prepared, or used by the workers."""
        reading = self.table + self.reading
        preparing = self.table + 3 * self.inputs
        members = self.population * self.parameters * _COPIES * 4
        training = self.table + 2 * self.inputs + self.workers * (_WORKER + members)
        return _LIBRARIES + _ROW * self.rows + max(reading, preparing, training)

    def seconds(self, speed: float) -> float | None:
        """From the start to the end, on a machine that is so many times as fast as the one that was measured."""
        if not self.trainings:
            return None
        one = sum(each.seconds(self.rows) for each in self.trainings) / len(self.trainings)
        before = _START + _READ * self.reading + _PREPARE * self.numbers + _ADD * self.boosting
        return (before + one * self.trials / min(self.workers, self.trials)) / speed


def speed() -> float:
    """How fast this machine is, by a few milliseconds of Python, because `pipe check` loads no numerical library."""
    taken = []
    for _ in range(5):
        began, total = process_time(), 0
        for step in range(_LOOP):
            total += step & 7
        taken.append(process_time() - began)
    return _LOOP_SECONDS / sorted(taken)[2]
