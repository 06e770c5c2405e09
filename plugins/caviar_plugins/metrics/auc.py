"""AUC: how often a row of a class gets a higher probability for it than a row of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace

from caviar_plugins.metrics.counts import by_class


class AUC(Metric, interface=1):
    """The area under the receiver operating characteristic; equal probabilities count half. 0.5 is guessing.

    With two classes that of the second; with more the mean over the classes, each against the rest (macro), as in
    scikit-learn. Where the truth holds none or only rows of a class there is nothing to compare, and where
    scikit-learn gives NaN that class is left out; if none remains, 0.5.
    """

    variants: ClassVar[Mapping[str, str]] = {"numpy": "caviar_plugins.metrics.auc_kernel:CompiledAUC"}
    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        scores, first = compared(prediction)
        ordered, (members, classes) = xp.sort(scores, axis=-1), scores.shape[:2]
        below = [
            [_below(ordered[k, c, :], scores[k, c, :][truth[:, 0] == first + c]) for c in range(classes)]
            for k in range(members)
        ]
        return area(xp.stack([xp.stack(each) for each in below]), truth, first)


def compared(prediction: Array) -> tuple[Array, int]:
    """The probabilities to compare, (members, classes, rows), and the index of their first class."""
    first = 1 if prediction.shape[-1] == 2 else 0
    return by_class(prediction)[:, first:, :], first


def area(below: Array, truth: Array, first: int) -> Array:
    """AUC of each member from what the hits of each class have below them, (members, classes); see `_below`."""
    xp = namespace(below)
    codes = xp.arange(first, first + below.shape[1], dtype=truth.dtype)
    hits = xp.sum(xp.asarray(truth == codes, dtype=xp.int64), axis=0)
    pairs = hits * (truth.shape[0] - hits)
    # Hits among themselves make half of all their pairs; where there are no others, nothing is left. Until here numbers
    # are whole, and nothing is rounded.
    won = xp.asarray(below - hits**2, dtype=xp.float64)
    areas = won / xp.asarray(2 * xp.maximum(pairs, xp.ones_like(pairs)), dtype=xp.float64)
    count = xp.sum(xp.asarray(pairs > 0, dtype=xp.float64))
    means = xp.sum(areas, axis=1) / xp.maximum(count, xp.ones_like(count))
    found: Array = xp.where(count > 0, means, xp.full_like(means, 0.5))
    return found


def _below(ordered: Array, hits: Array) -> Array:
    """How many scores are smaller than each hit, and how many not larger, in sum."""
    xp = namespace(ordered)
    below = [xp.searchsorted(ordered, hits, side=side) for side in ("left", "right")]
    total: Array = xp.sum(below[0] + below[1])
    return total
