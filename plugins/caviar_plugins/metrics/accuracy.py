"""Accuracy: the share of rows whose likeliest class is the true one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace


class Accuracy(Metric, interface=1):
    """Rows right / rows. Of equally likely classes the first counts."""

    variants: ClassVar[Mapping[str, str]] = {"numpy": "caviar_plugins.metrics.counts_kernel:CompiledAccuracy"}
    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0
    of_classes: ClassVar[bool] = True

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        right = xp.argmax(prediction, axis=-1) == truth[:, 0]
        shares: Array = xp.mean(xp.asarray(right, dtype=xp.float64), axis=1)
        return shares
