"""AUC: how often a row of a class gets a higher probability for it than a row of another."""

from __future__ import annotations

from typing import ClassVar

from caviar import Array, Goal, Metric, TaskKind, namespace


class AUC(Metric):
    """The area under the receiver operating characteristic; equal probabilities count half. 0.5 is guessing.

    With two classes that of the second; with more the mean over the classes, each against the rest (macro), as in
    scikit-learn. Where the truth holds none or only rows of a class there is nothing to compare, and where
    scikit-learn gives NaN that class is left out; if none remains, 0.5.
    """

    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "maximize"
    worst: ClassVar[float] = 0.0

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        members, rows, classes = prediction.shape
        found = []
        for code in [1] if classes == 2 else range(classes):
            true = truth[:, 0] == code
            if 0 < int(xp.sum(xp.asarray(true, dtype=xp.int64))) < rows:
                found.append(xp.stack([_area(prediction[member, :, code], true) for member in range(members)]))
        if not found:
            return xp.full(members, 0.5, dtype=xp.float64)  # type: ignore[no-any-return]
        means: Array = xp.mean(xp.stack(found, axis=1), axis=1)
        return means


def _area(score: Array, true: Array) -> Array:
    """For each hit how many scores lie below its own, equal ones half; hits among themselves make half of all pairs."""
    xp = namespace(score)
    scores, hits = xp.sort(score), score[true]
    hit, missed = hits.shape[0], score.shape[0] - hits.shape[0]
    below = [xp.searchsorted(scores, hits, side=side) for side in ("left", "right")]
    twice = xp.sum(below[0] + below[1]) - hit * hit  # whole numbers: nothing is rounded
    area: Array = xp.asarray(twice, dtype=xp.float64) / (2 * hit * missed)
    return area
