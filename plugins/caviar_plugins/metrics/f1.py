"""F1: the harmonic mean of precision and recall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace

from caviar_plugins.metrics.counts import Counts, averaged_over, counts


class F1(Metric, interface=1):
    """2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall.

    With two classes that of the second, which is `data.positive`; with more the mean over the classes that occur in
    truth or prediction (macro). A class that was never right, and a second class that occurs nowhere, count as 0: all
    as in scikit-learn.
    """

    variants: ClassVar[Mapping[str, str]] = {"numpy": "caviar_plugins.metrics.counts_kernel:CompiledF1"}
    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0
    of_classes: ClassVar[bool] = True
    of_positive: ClassVar[bool] = True

    def measure(self, prediction: Array, truth: Array) -> Array:
        return f1(counts(prediction, truth))


def f1(found: Counts) -> Array:
    """The F1 score of each member."""
    xp = namespace(found.right)
    named = found.guessed + found.true
    nowhere = named == 0
    return averaged_over(2 * found.right / xp.where(nowhere, xp.ones_like(named), named), ~nowhere)
