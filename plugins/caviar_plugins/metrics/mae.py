"""MAE: the mean size of a regression's errors, in the target's unit."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace


class MAE(Metric, interface=1):
    """Mean |prediction - truth| of each target, averaged over the targets as in scikit-learn."""

    task: ClassVar[TaskKind] = "regression"
    goal: ClassVar[Goal] = "minimize"
    worst: ClassVar[float] = inf

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        error = xp.asarray(prediction, dtype=xp.float64) - truth
        means: Array = xp.mean(xp.mean(xp.abs(error), axis=1), axis=-1)
        return means
