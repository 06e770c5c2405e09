"""What a baseline is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from caviar.engine.baselines.judge import Judge
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset
from caviar.values.random import Random
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.engine.data.prepare import Preparation
    from caviar.engine.training.job import Work

Predict: TypeAlias = Callable[[Array], Array]
"""Prepared inputs (rows, inputs) -> probabilities (rows, classes), or targets (rows, targets) in the user's units."""


@dataclass(frozen=True)
class Rows:
    """What baselines are trained on: the run's job with its data by fold, and the trial that won.

    `judge` is the compared metric, None where there is none.
    """

    work: Work
    preparation: Preparation
    best: Trial
    judge: Judge | None
    check_stop: Callable[[], None]

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
