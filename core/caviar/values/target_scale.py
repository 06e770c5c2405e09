"""The scale of a regression's target: how what a model learns becomes a number in the user's units again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from caviar.values.arrays import Array, namespace

TargetTransform: TypeAlias = Literal["none", "log", "quantile"]
"""What a file names."""
Formula: TypeAlias = Literal["none", "log", "log1p", "quantile"]
"""What is computed: "log" is "log1p" where a training target is 0."""

_LARGEST = 709.0  # its exponential is nearly the largest float64


@dataclass(frozen=True)
class TargetScale:
    """A model learns (f(target) - center) / scale.

    By `formula`, f is the target itself ("none"), its natural logarithm ("log"), that of target + 1 ("log1p"), or its
    normal score ("quantile"): linear between `knots`, quantiles of the training targets, whose scores are `scores`.
    Predictions in the user's units are kept within `low` and `high`; None is no limit.
    """

    formula: Formula = "none"
    center: float = 0.0
    scale: float = 1.0
    low: float | None = None
    high: float | None = None
    knots: tuple[float, ...] = ()
    scores: tuple[float, ...] = ()

    def in_units(self, output: Array) -> Array:
        """A model's outputs for this target as float64 numbers in the user's units, within the range."""
        xp = namespace(output)
        learned = output * xp.asarray(self.scale, dtype=xp.float64) + xp.asarray(self.center, dtype=xp.float64)
        return self.within_range(self._inverse(learned))

    def within_range(self, prediction: Array) -> Array:
        """The nearest numbers within the range; NaN stays NaN."""
        xp = namespace(prediction)
        if self.low is not None:
            prediction = xp.maximum(prediction, xp.asarray(self.low, dtype=prediction.dtype))
        if self.high is not None:
            prediction = xp.minimum(prediction, xp.asarray(self.high, dtype=prediction.dtype))
        return prediction

    def _inverse(self, learned: Array) -> Array:
        xp = namespace(learned)
        if self.formula in ("log", "log1p"):
            finite = xp.minimum(learned, xp.asarray(_LARGEST, dtype=xp.float64))
            return xp.exp(finite) if self.formula == "log" else xp.expm1(finite)
        if self.formula == "quantile":
            known = (xp.asarray(each, dtype=xp.float64) for each in (self.scores, self.knots))
            return xp.interp(learned, *known)
        return learned
