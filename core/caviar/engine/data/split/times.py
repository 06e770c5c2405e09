"""Parts one after the other in time: the earliest rows to learn from, the latest to be tested on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from caviar.config.checks.splits import few_values, least, tested_too_early
from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.dataset import Split, share


def time_parts(data: Data, times: Array, free: Array) -> tuple[Split, ...]:
    """The rows in `free` by their times; rows of one time are in the same part.

    With folds, as in scikit-learn's TimeSeriesSplit, each fold is validated on the rows that follow those it learns
    from, and the next fold learns from both; the latest fold, which learns from the most rows, is the first. Raises
    Unfit where there are too few different times.
    """
    import numpy

    order = free[numpy.argsort(times[free], kind="stable")]
    ends = (numpy.flatnonzero(times[order][1:] != times[order][:-1]) + 1).tolist()  # where a later time begins
    rows = len(order)
    if len(ends) + 1 < least(data):
        raise few_values(data, "time", len(ends) + 1)
    tested = rows
    if data.test:
        (tested,) = _cuts(ends[least(data) - 2 :], [rows - share(rows, data.test)])
        ends = [end for end in ends if end < tested]
    if data.folds is None:
        wanted = [rows - share(rows, data.test) - share(rows, data.validation)]
    else:
        step = tested // (data.folds + 1)
        wanted = [tested - step * later for later in range(data.folds, 0, -1)]
    cuts = [*_cuts(ends, wanted), tested]
    splits = [Split(order[:start], order[start:end], order[tested:]) for start, end in pairwise(cuts)]
    return tuple(reversed(splits))


def check_own_test(data: Data, times: Array, test: Array) -> None:
    """Raises Unfit where a row that the data itself sets aside for the test part is not later than all others."""
    import numpy

    last = times[~test].max()
    if len(early := numpy.flatnonzero(test & (times <= last))):
        raise tested_too_early(data, len(early), str(times[early[0]]), str(last))


def _cuts(ends: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """For each wanted place the nearest of the ends, which rise, so that none is taken twice."""
    cuts = list[int]()
    first = 0
    for later, place in zip(range(len(wanted) - 1, -1, -1), wanted, strict=True):
        last = len(ends) - 1 - later
        above = min(max(bisect_left(ends, place), first), last)
        below = max(above - 1, first)
        at = below if abs(ends[below] - place) <= abs(ends[above] - place) else above
        cuts.append(ends[at])
        first = at + 1
    return cuts
