"""Average precision: the precision at every threshold, weighed by what recall gains there."""

from __future__ import annotations

from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace

from caviar_plugins.metrics.auc import compared


class AveragePrecision(Metric, interface=1):
    """The mean over the rows of a class of the precision among the rows that are at least as probable.

    The area under the curve of precision and recall, without interpolation. Guessing gives the class's share of the
    rows, so that it sees how rare a class is; it depends on no threshold. With two classes that of the second, which is
    `data.positive`; with more the mean over the classes that have rows (macro). All as in scikit-learn.
    """

    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0
    of_positive: ClassVar[bool] = True

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        scores, first = compared(prediction)
        ordered, (members, classes) = xp.sort(scores, axis=-1), scores.shape[:2]
        there = [c for c in range(classes) if bool(xp.any(truth[:, 0] == first + c))]
        if not there:
            nothing: Array = xp.zeros(members, dtype=xp.float64)
            return nothing
        found = [
            xp.stack([_mean_precision(ordered[k, c, :], scores[k, c, :][truth[:, 0] == first + c]) for c in there])
            for k in range(members)
        ]
        means: Array = xp.mean(xp.stack(found), axis=1)
        return means


def _mean_precision(ordered: Array, hits: Array) -> Array:
    """The mean over the hits of hits / rows that score at least as much."""
    xp = namespace(ordered)
    hits = xp.sort(hits)
    shares = [
        xp.asarray(each.shape[0] - xp.searchsorted(each, hits, side="left"), dtype=xp.float64)
        for each in (hits, ordered)
    ]
    mean: Array = xp.mean(shares[0] / shares[1])
    return mean
