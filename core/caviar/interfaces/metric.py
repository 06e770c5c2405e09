"""Metric: one number that measures how good predictions are."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.history import Goal
from caviar.values.task import TaskKind


class Metric(Plugin):
    """prediction: (members, rows, classes) probabilities or (members, rows, targets) in the user's units.

    truth: (rows, targets), int64 codes or float64 numbers in the user's units. A metric that omits `goal` lets
    every file set it with `search.goal`. Both arrays are shared with other metrics and read-only.
    """

    kind: ClassVar[str] = "metric"
    interface: ClassVar[int] = 1
    task: ClassVar[TaskKind]
    goal: ClassVar[Goal]
    worst: ClassVar[float]
    """Counted for a trial that diverged; left out, it is infinitely bad."""
    of_classes: ClassVar[bool] = False
    """Whether it sees only which class is the likeliest of each row: then `data.threshold` counts for the winner."""
    of_positive: ClassVar[bool] = False
    """Whether it is about one of two classes, the second (`data.positive`); results name that class."""

    @abstractmethod
    def measure(self, prediction: Array, truth: Array) -> Array:
        """One float64 per member."""
