"""What a baseline is given, and what it gives back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from caviar.engine.baselines.judge import Judge
from caviar.engine.model.folds import Folds, Predict
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset
from caviar.values.problem import Stopped
from caviar.values.random import Random
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.engine.training.job import Work


NO_TIME = "not trained: search.seconds left no time for it"
"""The note on such a baseline."""


class OutOfTime(Stopped):
    """Raised where `search.seconds` leaves a baseline no time; the search itself is done."""


@dataclass(frozen=True)
class Clock:
    """`check_stop` raises Stopped where the user interrupts; `end` is a time of day at which baselines must be done."""

    check_stop: Callable[[], None]
    end: float | None = None

    @property
    def left(self) -> float:
        """Seconds; without an end, infinitely many."""
        return inf if self.end is None else self.end - time.time()

    def check(self) -> None:
        """Raises Stopped, or OutOfTime."""
        self.check_stop()
        if self.left <= 0:
            raise OutOfTime


@dataclass(frozen=True)
class Rows:
    """What baselines are trained on: the run's folds, and the trial that won.

    `judge` is the compared metric, None where there is none.
    """

    folds: Folds
    best: Trial
    judge: Judge | None
    clock: Clock

    @property
    def work(self) -> Work:
        """The run's job with its data by fold."""
        return self.folds.work

    @property
    def random(self) -> Random:
        """The stream of all draws here, from the run's seed."""
        return Random(self.work.pipeline.seed).child("baselines")

    def training(self, data: Dataset, most: int) -> Array:
        """The training rows of a fold, or `most` of them, drawn at random and in order."""
        import numpy

        rows = data.split.train
        if len(rows) <= most:
            return rows
        drawn: Array = numpy.sort(rows[self.random.child("training").order(len(rows))[:most]])
        return drawn


@dataclass(frozen=True)
class Fit:
    """A baseline that was trained: what it predicts, for each fold; `note` says what to know about it."""

    predict: Sequence[Predict]
    note: str = ""


def part_note(used: int, rows: int) -> str:
    """What to know where not all training rows were used."""
    return f"trained on {used:,} of {rows:,} training rows" if used < rows else ""
