"""Precision: the share of the rows called a class that are of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace

from caviar_plugins.metrics.counts import Counts, averaged_over, counts


class Precision(Metric, interface=1):
    """TP / (TP + FP): how many of the rows that are called the positive class are of it.

    With two classes that of the second, which is `data.positive`; with more the mean over the classes that occur in
    truth or prediction (macro). A class that is never predicted counts as 0: all as in scikit-learn.
    """

    variants: ClassVar[Mapping[str, str]] = {"numpy": "caviar_plugins.metrics.counts_kernel:CompiledPrecision"}
    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0
    of_classes: ClassVar[bool] = True
    of_positive: ClassVar[bool] = True

    def measure(self, prediction: Array, truth: Array) -> Array:
        return precision(counts(prediction, truth))


def precision(found: Counts) -> Array:
    """The precision of each member."""
    xp = namespace(found.right)
    shares = found.right / xp.where(found.guessed == 0, xp.ones_like(found.guessed), found.guessed)
    return averaged_over(shares, found.guessed + found.true > 0)
