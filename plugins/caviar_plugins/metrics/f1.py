"""F1: how well a classifier finds a class without crying wolf."""

from __future__ import annotations

from typing import ClassVar

from caviar import Array, Goal, Metric, TaskKind, namespace


class F1(Metric):
    """2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall.

    With two classes that of the second; with more the mean over the classes that occur in truth or prediction (macro).
    A class that was never right, and a second class that occurs nowhere, count as 0: all as in scikit-learn.
    """

    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        classes = xp.arange(prediction.shape[-1], dtype=truth.dtype)
        true = truth == classes
        guessed = xp.asarray(xp.argmax(prediction, axis=-1), dtype=truth.dtype)[:, :, None] == classes
        right = xp.sum(xp.asarray(guessed & true, dtype=xp.float64), axis=1)
        named = xp.sum(xp.asarray(guessed, dtype=xp.float64), axis=1) + xp.sum(
            xp.asarray(true, dtype=xp.float64), axis=0
        )
        nowhere = named == 0
        scores = 2 * right / xp.where(nowhere, xp.ones_like(named), named)
        if prediction.shape[-1] == 2:
            second: Array = scores[:, 1]
            return second
        means: Array = xp.sum(scores, axis=-1) / xp.sum(xp.asarray(~nowhere, dtype=xp.float64), axis=-1)
        return means
