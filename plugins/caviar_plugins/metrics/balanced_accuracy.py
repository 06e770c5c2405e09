"""Balanced accuracy: accuracy if all classes were equally frequent."""

from __future__ import annotations

from typing import ClassVar

from caviar import Array, Goal, Metric, TaskKind, namespace


class BalancedAccuracy(Metric):
    """The share of each class's rows that are right, averaged over the classes that occur in the truth.

    Always guessing one of k classes gives 1 / k, however frequent it is. Of equally likely classes the first counts.
    """

    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        true = truth == xp.arange(prediction.shape[-1], dtype=truth.dtype)
        right = (xp.argmax(prediction, axis=-1) == truth[:, 0])[:, :, None] & true
        rows = xp.sum(xp.asarray(true, dtype=xp.float64), axis=0)
        none = rows == 0
        shares = xp.sum(xp.asarray(right, dtype=xp.float64), axis=1) / xp.where(none, xp.ones_like(rows), rows)
        means: Array = xp.sum(shares, axis=-1) / xp.sum(xp.asarray(~none, dtype=xp.float64))
        return means
