"""Log loss: the negative mean logarithm of the probability of the true class."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace

from caviar_plugins.metrics.counts import by_class


class LogLoss(Metric, interface=1):
    """Mean of -log p of the true class; p is kept one rounding step away from 0 and 1, as in scikit-learn."""

    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "minimize"
    worst: ClassVar[float] = inf

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        step = float(xp.finfo(prediction.dtype).eps)
        members, rows, classes = prediction.shape
        # All of a class's rows lie together, as trainers hand them over: nothing is copied.
        flat = xp.reshape(by_class(prediction), (members, classes * rows))
        p = xp.take(flat, truth[:, 0] * rows + xp.arange(rows, dtype=truth.dtype), axis=1)
        surprise = -xp.log(xp.clip(xp.asarray(p, dtype=xp.float64), step, 1 - step))
        means: Array = xp.mean(surprise, axis=1)
        return means
