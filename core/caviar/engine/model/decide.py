"""Choosing the threshold of a winner on the validation rows, and counting how often its classes are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from caviar.config.checks.target_errors import threshold_metric
from caviar.interfaces.data import Data
from caviar.interfaces.metric import Metric
from caviar.values.arrays import Array
from caviar.values.class_decision import Confusion
from caviar.values.task import Task

_CANDIDATES = 500  # thresholds at most
_AT_ONCE = 20  # of them are measured together


def best_threshold(probabilities: Array, truth: Array, metric: Metric) -> float:
    """The threshold at which the metric is best; of equally good ones the nearest to 0.5.

    Candidates lie half-way between probabilities of the second class that follow each other, and below the least.
    """
    import numpy

    levels = numpy.unique(probabilities[:, 1].astype(numpy.float64))
    if len(levels) > _CANDIDATES:
        levels = levels[numpy.linspace(0, len(levels) - 1, _CANDIDATES).round().astype(int)]
    between = (levels + numpy.append(0.0, levels[:-1])) / 2
    candidates = numpy.unique(numpy.append(between[(between > 0) & (between < 1)], 0.5))
    values = over_thresholds(metric.measure, probabilities, truth, candidates.tolist())
    found = numpy.asarray(values) * (1 if metric.goal == "maximize" else -1)
    best = candidates[found == numpy.nanmax(found)]
    return float(best[numpy.abs(best - 0.5).argmin()])


def over_thresholds(
    measure: Callable[[Array, Array], Array], probabilities: Array, truth: Array, thresholds: Sequence[float]
) -> tuple[float, ...]:
    """What a metric measures of the classes that each threshold decides."""
    import numpy

    values = list[float]()
    for start in range(0, len(thresholds), _AT_ONCE):
        certain = numpy.stack([as_certain(probabilities, each) for each in thresholds[start : start + _AT_ONCE]])
        values += measure(certain, truth).tolist()
    return tuple(values)


def with_threshold(task: Task, data: Data, metrics: Mapping[str, Metric], probabilities: Array, truth: Array) -> Task:
    """The task of classes with the threshold that `data` asks for; a metric chooses it on these validation rows."""
    metric = threshold_metric(data, len(task.classes), metrics)
    if metric is not None:
        return replace(task, threshold=best_threshold(probabilities, truth, metric))
    if isinstance(data.threshold, float) and data.threshold != 0.5:
        return replace(task, threshold=data.threshold)
    return task


def seen_by(metric: Metric, prediction: Array, task: Task) -> Array:
    """What a metric measures, (rows, …): certain classes where it is about classes and there is a threshold."""
    if task.threshold is None or not metric.of_classes:
        return prediction
    return as_certain(prediction, task.threshold)


def confusion(prediction: Array, truth: Array, task: Task) -> Confusion:
    """How many rows of each class are predicted as each class."""
    import numpy

    classes = len(task.classes)
    counts = numpy.bincount(truth[:, 0] * classes + task.decided(prediction), minlength=classes**2)
    return tuple(tuple(row) for row in counts.reshape(classes, classes).tolist())


def about_positive(metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The metrics that are about the second of two classes."""
    return tuple(name for name, metric in metrics.items() if metric.of_positive)


def as_certain(probabilities: Array, threshold: float) -> Array:
    """What a threshold decides, as probabilities of 0 and 1."""
    import numpy

    positive = probabilities[:, 1] >= threshold
    return numpy.stack([~positive, positive], axis=1).astype(probabilities.dtype)
