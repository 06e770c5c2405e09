"""Compiled variants of the metrics that come from counts: the likeliest class of many rows at a time."""

from __future__ import annotations

import numpy
from caviar.plugin import Array

from caviar_plugins.kernels import Worthwhile, compiled, subkernel, walkable
from caviar_plugins.metrics.accuracy import Accuracy
from caviar_plugins.metrics.balanced_accuracy import BalancedAccuracy, balanced_accuracy
from caviar_plugins.metrics.counts import Counts, by_class
from caviar_plugins.metrics.f1 import F1, f1
from caviar_plugins.metrics.precision import Precision, precision
from caviar_plugins.metrics.recall import Recall, recall


class CompiledAccuracy(Accuracy):
    """Whole numbers are counted, so that its values are the plain one's."""

    def measure(self, prediction: Array, truth: Array) -> Array:
        if not _worthwhile(prediction.size):
            return super().measure(prediction, truth)
        shares: Array = quick_counts(prediction, truth).right.sum(axis=1) / len(truth)
        return shares


class CompiledBalancedAccuracy(BalancedAccuracy):
    """From the same counts."""

    def measure(self, prediction: Array, truth: Array) -> Array:
        if not _worthwhile(prediction.size):
            return super().measure(prediction, truth)
        return balanced_accuracy(quick_counts(prediction, truth))


class CompiledF1(F1):
    """From the same counts."""

    def measure(self, prediction: Array, truth: Array) -> Array:
        if not _worthwhile(prediction.size):
            return super().measure(prediction, truth)
        return f1(quick_counts(prediction, truth))


class CompiledPrecision(Precision):
    """From the same counts."""

    def measure(self, prediction: Array, truth: Array) -> Array:
        if not _worthwhile(prediction.size):
            return super().measure(prediction, truth)
        return precision(quick_counts(prediction, truth))


class CompiledRecall(Recall):
    """From the same counts."""

    def measure(self, prediction: Array, truth: Array) -> Array:
        if not _worthwhile(prediction.size):
            return super().measure(prediction, truth)
        return recall(quick_counts(prediction, truth))


def quick_counts(prediction: Array, truth: Array) -> Counts:
    """As `counts`."""
    members, rows, classes = prediction.shape
    right, guessed = numpy.zeros((2, members, classes))
    most, at = numpy.empty(rows, prediction.dtype), numpy.empty(rows, f"i{prediction.itemsize}")
    _count(walkable(by_class(prediction)), walkable(truth), most, at, right, guessed)
    return Counts(right, guessed, numpy.bincount(truth[:, 0], minlength=classes).astype(numpy.float64))


@compiled
def _count(p: Array, truth: Array, most: Array, at: Array, right: Array, guessed: Array) -> None:
    for k in range(len(p)):
        _likeliest(p[k], most, at)
        for i in range(len(at)):
            guessed[k, at[i]] += 1
            if at[i] == truth[i, 0]:
                right[k, at[i]] += 1


@subkernel
def _likeliest(p: Array, most: Array, at: Array) -> None:
    """The class of each row's largest number, the first of equal ones; NaN counts as largest, as in argmax."""
    # A loop, because numba's assignment of one slice to another takes as long to compile as five such kernels.
    for i in range(len(at)):
        most[i] = p[0, i]
        at[i] = 0
    for c in range(1, len(p)):
        number = at.dtype.type(c)
        for i in range(len(at)):
            value, so_far = p[c, i], most[i]
            larger = not (value <= so_far) and so_far == so_far
            most[i] = value if larger else so_far
            at[i] = number if larger else at[i]


# The plain forms take some 20 ns more for each value, and compiling 0.6 s: on digits that is not won back.
_worthwhile = Worthwhile(_count, values=30_000_000)
