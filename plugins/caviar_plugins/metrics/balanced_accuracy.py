"""Balanced accuracy: accuracy if all classes were equally frequent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace

from caviar_plugins.metrics.counts import Counts, counts


class BalancedAccuracy(Metric, interface=1):
    """The share of each class's rows that are right, averaged over the classes that occur in the truth.

    Always guessing one of k classes gives 1 / k, however frequent it is. Of equally likely classes the first counts.
    """

    variants: ClassVar[Mapping[str, str]] = {"numpy": "caviar_plugins.metrics.counts_kernel:CompiledBalancedAccuracy"}
    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0
    of_classes: ClassVar[bool] = True

    def measure(self, prediction: Array, truth: Array) -> Array:
        return balanced_accuracy(counts(prediction, truth))


def balanced_accuracy(found: Counts) -> Array:
    """The balanced accuracy of each member."""
    xp = namespace(found.right)
    none = found.true == 0
    shares = found.right / xp.where(none, xp.ones_like(found.true), found.true)
    means: Array = xp.sum(shares, axis=-1) / xp.sum(xp.asarray(~none, dtype=xp.float64))
    return means
