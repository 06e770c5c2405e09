"""R2: the share of a target's variance that predictions explain."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace


class R2(Metric, interface=1):
    """1 - sum (truth - prediction)^2 / sum (truth - mean)^2 of each target, averaged over the targets.

    Predicting the mean is 0, worse is negative. A constant target has nothing to explain: 1 if it is met exactly, else
    0, as in scikit-learn.
    """

    task: ClassVar[TaskKind] = "regression"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = -inf

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        wanted = xp.asarray(truth, dtype=xp.float64)
        left = xp.sum((xp.asarray(prediction, dtype=xp.float64) - wanted) ** 2, axis=1)
        whole = xp.sum((wanted - xp.mean(wanted, axis=0, keepdims=True)) ** 2, axis=0)
        one, zero = xp.ones((), dtype=xp.float64), xp.zeros((), dtype=xp.float64)
        constant = xp.where(left == 0, one, zero)
        share = xp.where(whole == 0, constant, 1 - left / xp.where(whole == 0, one, whole))
        means: Array = xp.mean(share, axis=-1)
        return means
