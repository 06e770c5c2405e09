"""The metric that compares models, and how far the rows at hand let it judge: a bootstrap over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caviar.config.checks.metrics import default_metric
from caviar.engine.training.measuring import measured
from caviar.interfaces.metric import Metric
from caviar.values.arrays import Array
from caviar.values.history import Goal
from caviar.values.metric_name import MetricName
from caviar.values.random import Random
from caviar.values.task import TaskKind

RESAMPLES = 200
MOST_ROWS = 20_000
"""Rows that are resampled at most; the interval is narrowed to that of all rows."""
_MOST_NUMBERS = 200_000
"""Predicted numbers that are resampled at most: with many classes fewer rows."""


@dataclass(frozen=True)
class Judge:
    """A metric plugin with its goal."""

    name: str
    metric: Metric
    goal: Goal

    @property
    def sign(self) -> int:
        """1 where more is better, else -1."""
        return 1 if self.goal == "maximize" else -1

    def value(self, prediction: Array, truth: Array) -> float:
        """The metric of predictions (rows, outputs)."""
        import numpy

        with numpy.errstate(all="ignore"):
            return float(measured(type(self.metric).measure)(self.metric, prediction[None], truth)[0])

    def resampled(self, predictions: Sequence[Array], truth: Array, random: Random) -> Array:
        """The metric of each model on resampled rows, the same rows for all: float64 (RESAMPLES, models).

        Predictions are not stacked: a metric may depend on their dtype.
        """
        import numpy

        generator, count = random.generator(), len(truth)
        values = numpy.empty((RESAMPLES, len(predictions)))
        for row in values:
            drawn = generator.integers(0, count, count)
            row[:] = [self.value(prediction[drawn], truth[drawn]) for prediction in predictions]
        return values


def judge_for(metrics: Mapping[str, Metric], searched: str, goal: Goal, task: TaskKind) -> Judge | None:
    """The searched metric; where that is a loss or a trainer's own, the task's default metric."""
    name = MetricName.parse(searched).name
    if name in metrics:
        return Judge(name, metrics[name], goal)
    other = MetricName.parse(default_metric(task)).name
    return Judge(other, metrics[other], type(metrics[other]).goal) if other in metrics else None


def drawn_rows(rows: int, outputs: int, random: Random) -> Array:
    """Which rows are resampled: all, or as many as take a second, drawn at random and in order."""
    import numpy

    most = min(MOST_ROWS, max(_MOST_NUMBERS // outputs, 1000))
    chosen: Array = numpy.arange(rows) if rows <= most else numpy.sort(random.order(rows)[:most])
    return chosen


def interval(values: Array, found: float, center: float, share: float) -> tuple[float, float] | None:
    """The 95 % interval over rows of a value that is `center` on all rows; None where no resample differs.

    values: resampled from a `share` of the rows, where the value is `found`. It is the percentile interval; the spread
    over fewer rows is as much wider as the square root of their number is smaller.
    """
    import numpy

    if not numpy.isfinite(values).all() or values.min() == values.max():
        return None
    low, high = center + (numpy.quantile(values, (0.025, 0.975)) - found) * share**0.5
    return float(low), float(high)
