"""What a winner predicts on rows that it has not learned from, in so few numbers that a report can keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ThresholdCurve:
    """Of two classes: what becomes of `rows`, of which so many are `positives`, at each of the `thresholds`.

    `guessed` are those whose probability of the second class is at least the threshold, `right` the positives among
    them. `metrics`: other metrics at each threshold, by name; NaN where one has no value.
    """

    rows: int
    positives: int
    thresholds: tuple[float, ...]
    guessed: tuple[int, ...]
    right: tuple[int, ...]
    metrics: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if {*map(len, (self.guessed, self.right, *self.metrics.values()))} != {len(self.thresholds)}:
            raise ValueError("not a number for each threshold")

    @property
    def precision(self) -> tuple[float, ...]:
        """The share of positives among the guessed; NaN where none is guessed."""
        return tuple(right / guessed if guessed else float("nan") for right, guessed in self._pairs)

    @property
    def recall(self) -> tuple[float, ...]:
        """The share of the positives that are guessed; NaN where there are none."""
        return tuple(right / self.positives if self.positives else float("nan") for right in self.right)

    @property
    def f1(self) -> tuple[float, ...]:
        """2 TP / (2 TP + FP + FN), 0 where none is right."""
        return tuple(2 * right / max(1, guessed + self.positives) for right, guessed in self._pairs)

    @property
    def _pairs(self) -> zip[tuple[int, int]]:
        return zip(self.right, self.guessed, strict=True)


@dataclass(frozen=True)
class Cells:
    """Rows counted in a grid: `counts` has a tuple for each step of x, from low to high, with a count for each of y.

    `beyond` rows lie outside of `x` and `y`, the ends of the grid.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    counts: tuple[tuple[int, ...], ...]
    beyond: int

    def __post_init__(self) -> None:
        if len({*map(len, self.counts)}) != 1:
            raise ValueError("not a count for each cell")


@dataclass(frozen=True)
class TargetErrors:
    """Of one target: true and predicted values of `rows`, in the units of its column. A residual is true - predicted.

    `bias` is the mean residual, `half` and `nearly_all` are what 50 % and 95 % of the absolute residuals do not exceed.
    `points`: each row's (true, predicted) in order of the truth, where there are few; else `values` counts them, x true
    and y predicted, and `residuals` counts x predicted and y residual.
    """

    rows: int
    bias: float
    half: float
    nearly_all: float
    points: tuple[tuple[float, float], ...] = ()
    values: Cells | None = None
    residuals: Cells | None = None


@dataclass(frozen=True)
class Evaluation:
    """The predictions of the winner, `trial`, by part of the data: "validation", out of fold, and "test".

    `thresholds`: of two classes. `errors`: of numbers, by target; of many targets the first ones.
    """

    trial: int
    thresholds: Mapping[str, ThresholdCurve] = field(default_factory=dict)
    errors: Mapping[str, Mapping[str, TargetErrors]] = field(default_factory=dict)
