"""Summarizes what a winner predicts: counts by threshold for two classes, true against predicted for numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from caviar.engine.model.decide import over_thresholds
from caviar.engine.model.folds import Judged
from caviar.engine.training.measuring import measured_or_nan
from caviar.interfaces.metric import Metric
from caviar.values.arrays import Array
from caviar.values.evaluation import Cells, Evaluation, TargetErrors, ThresholdCurve
from caviar.values.task import Task

MOST_POINTS = 2000
"""Rows up to which each is kept by itself: true and predicted value, nothing else of it."""
MOST_TARGETS = 16
_LEVELS = 100  # thresholds at probabilities that occur, and as many evenly between 0 and 1
_GRID = 60, 40  # steps of x and of y
_EDGE = 0.001  # share of rows at each end that may lie beyond a grid


def evaluated(trial: int, judged: Mapping[str, Judged], task: Task, metrics: Mapping[str, Metric]) -> Evaluation:
    """The evaluation of a trial: part -> what it predicts and the truth; `metrics` are drawn over the threshold."""
    if len(task.classes) == 2:
        curves = {part: threshold_curve(*each, task.threshold, metrics) for part, each in judged.items()}
        return Evaluation(trial, thresholds=curves)
    if task.classes:
        return Evaluation(trial)
    names = task.targets[:MOST_TARGETS]
    errors = {
        part: {name: target_errors(prediction[:, place], truth[:, place]) for place, name in enumerate(names)}
        for part, (prediction, truth) in judged.items()
        if prediction.shape == truth.shape
    }
    return Evaluation(trial, errors=errors)


def threshold_curve(
    prediction: Array, truth: Array, in_use: float | None, metrics: Mapping[str, Metric]
) -> ThresholdCurve:
    """Counts at thresholds that include the one `in_use`; of `metrics` those that depend on it."""
    import numpy

    positive, share = truth[:, 0] == 1, prediction[:, 1]
    thresholds = _thresholds(share, 0.5 if in_use is None else in_use)
    guesses = (share >= each for each in thresholds)
    counts = [(int(numpy.count_nonzero(each)), int(numpy.count_nonzero(each & positive))) for each in guesses]
    guessed, right = zip(*counts, strict=True)
    values = {
        name: over_thresholds(partial(measured_or_nan(type(metric).measure), metric), prediction, truth, thresholds)
        for name, metric in metrics.items()
        if metric.of_classes
    }
    return ThresholdCurve(len(share), int(positive.sum()), tuple(thresholds), guessed, right, values)


def _thresholds(share: Array, in_use: float) -> list[float]:
    """In ascending order: between them the counts change little, wherever most probabilities lie."""
    import numpy

    levels = numpy.unique(share.astype(numpy.float64))
    if len(levels) > _LEVELS:
        levels = levels[numpy.linspace(0, len(levels) - 1, _LEVELS).round().astype(int)]
    found: list[float] = numpy.unique([*levels, *numpy.linspace(0, 1, _LEVELS + 1), in_use]).tolist()
    return found


def target_errors(predicted: Array, truth: Array) -> TargetErrors:
    """One target's errors; rows that are not finite are left out."""
    import numpy

    known = numpy.isfinite(predicted) & numpy.isfinite(truth)
    predicted, truth = (each[known].astype(numpy.float64) for each in (predicted, truth))
    residuals = truth - predicted
    if not len(residuals):
        return TargetErrors(0, 0.0, 0.0, 0.0)
    half, nearly_all = numpy.quantile(numpy.abs(residuals), (0.5, 0.95)).tolist()
    told = len(residuals), float(residuals.mean()), half, nearly_all
    if len(residuals) <= MOST_POINTS:
        order = numpy.lexsort((predicted, truth))  # not that of the table, which could reveal whose they are
        return TargetErrors(*told, points=tuple(zip(_short(truth[order]), _short(predicted[order]), strict=True)))
    both = _ends(numpy.concatenate([truth, predicted]))
    apart = _cells(predicted, residuals, _ends(predicted), _ends(residuals))
    return TargetErrors(*told, values=_cells(truth, predicted, both, both), residuals=apart)


def _short(numbers: Array) -> Iterable[float]:
    return (float(f"{each:.7g}") for each in numbers.tolist())


def _ends(numbers: Array) -> tuple[float, float]:
    """The ends of a grid, without the few rows that would leave the others in a corner of it."""
    import numpy

    low, high = numpy.quantile(numbers, (_EDGE, 1 - _EDGE)).tolist()
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _cells(x: Array, y: Array, columns: tuple[float, float], rows: tuple[float, float]) -> Cells:
    import numpy

    counts, _, _ = numpy.histogram2d(x, y, bins=_GRID, range=(columns, rows))
    whole = counts.astype(int)
    return Cells(columns, rows, tuple(map(tuple, whole.tolist())), len(x) - int(whole.sum()))
