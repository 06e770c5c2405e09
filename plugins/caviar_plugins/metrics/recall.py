"""Recall: the share of the rows of a class that are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace

from caviar_plugins.metrics.counts import Counts, averaged_over, counts


class Recall(Metric, interface=1):
    """TP / (TP + FN): how many of the rows of the positive class are called so.

    With two classes that of the second, which is `data.positive`; with more the mean over the classes that occur in
    truth or prediction (macro). A class without rows counts as 0: all as in scikit-learn.
    """

    variants: ClassVar[Mapping[str, str]] = {"numpy": "caviar_plugins.metrics.counts_kernel:CompiledRecall"}
    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0
    of_classes: ClassVar[bool] = True
    of_positive: ClassVar[bool] = True

    def measure(self, prediction: Array, truth: Array) -> Array:
        return recall(counts(prediction, truth))


def recall(found: Counts) -> Array:
    """The recall of each member."""
    xp = namespace(found.right)
    shares = found.right / xp.where(found.true == 0, xp.ones_like(found.true), found.true)
    return averaged_over(shares, found.guessed + found.true > 0)
