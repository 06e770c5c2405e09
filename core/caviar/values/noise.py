"""Noise: how much an objective varies with the seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite, sqrt


def noise(runs: Iterable[Sequence[float]]) -> float:
    """The standard deviation of one training's objective, pooled over the trials that were trained more than once.

    s^2 = sum of (x - its trial's mean)^2 / sum of (a trial's trainings - 1). A trial with a training that gave no
    number is left out; 0.0 where none is left.
    """
    squares, freedom = 0.0, 0
    for values in runs:
        if len(values) > 1 and all(map(isfinite, values)):
            mean = sum(values) / len(values)
            squares += sum((value - mean) ** 2 for value in values)
            freedom += len(values) - 1
    return sqrt(squares / freedom) if freedom else 0.0
