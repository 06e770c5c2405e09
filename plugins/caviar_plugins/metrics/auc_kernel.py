"""AUC's compiled variant: sorted hits meet sorted scores."""

from __future__ import annotations

from itertools import pairwise

import numpy
from caviar.plugin import Array

from caviar_plugins.kernels import Worthwhile, compiled, subkernel, walkable
from caviar_plugins.metrics.auc import AUC, area, compared


class CompiledAUC(AUC):
    """Counts whole numbers, so that its values are the plain one's."""

    def measure(self, prediction: Array, truth: Array) -> Array:
        if not _worthwhile(prediction.size):
            return super().measure(prediction, truth)
        return quick_areas(prediction, truth)


def quick_areas(prediction: Array, truth: Array) -> Array:
    """The values of AUC, by the kernel."""
    scores, first = compared(prediction)
    codes = truth[:, 0] - first
    order = numpy.argsort(codes, kind="stable")[numpy.count_nonzero(codes < 0) :]
    bounds = numpy.searchsorted(codes[order], numpy.arange(scores.shape[1] + 1))
    hits = numpy.ascontiguousarray(scores[:, codes[order], order])
    for start, stop in pairwise(bounds):
        hits[:, start:stop].sort(axis=1)
    twice = numpy.empty(scores.shape[:2], numpy.int64)
    _meet(hits, bounds, numpy.sort(walkable(scores), axis=-1), twice)
    return area(twice, truth, first)


@compiled
def _meet(hits: Array, bounds: Array, ordered: Array, twice: Array) -> None:
    for k in range(len(hits)):
        for c in range(ordered.shape[1]):
            twice[k, c] = _below(hits[k, bounds[c] : bounds[c + 1]], ordered[k, c])


@subkernel
def _below(hits: Array, ordered: Array) -> int:
    """How many scores are smaller than each hit, and how many not larger, in sum. NaN is the largest.

    Both begin with the smallest, so that each number is passed once: a quarter of the time that looking up takes.
    """
    rows, total, smaller, up_to = len(ordered), 0, 0, 0
    for hit in hits:
        if hit != hit:
            while smaller < rows and ordered[smaller] == ordered[smaller]:
                smaller += 1
            up_to = rows
        else:
            while ordered[smaller] < hit:  # ends at the hit itself
                smaller += 1
            up_to = max(up_to, smaller)
            while up_to < rows and ordered[up_to] <= hit:
                up_to += 1
        total += smaller + up_to
    return total


# The plain form takes some 25 ns more for each value, and compiling 0.3 s.
_worthwhile = Worthwhile(_meet, values=12_000_000)
