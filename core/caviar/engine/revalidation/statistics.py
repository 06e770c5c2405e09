"""The few tests and quantiles that a revalidation needs; distributions are SciPy's."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from caviar.values.arrays import Array
from caviar.values.problem import Problem

_FEWEST_EXPECTED = 5.0  # in a cell of a chi-square test: Cochran's rule


def require() -> None:
    """Raises Problem where SciPy is not installed."""
    try:
        import scipy.special  # noqa: F401
    except ImportError:
        raise Problem("a revalidation needs SciPy, which is not installed here: pip install scipy") from None


def t_quantile(probability: float, freedom: float) -> float:
    """Student's quantile."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def holm(values: Sequence[float]) -> list[float]:
    """p values corrected by Holm's step-down method: the chance of one false alarm among all is at most the level."""
    order = sorted(range(len(values)), key=lambda each: values[each])
    corrected, largest = [1.0] * len(values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = largest
    return corrected


def kolmogorov_smirnov(old: Array, new: Array) -> tuple[float, float]:
    """The distance of two samples' distributions and its asymptotic p value; with ties the p value is too large."""
    import numpy
    from scipy.special import kolmogorov

    old, new = numpy.sort(old), numpy.sort(new)
    places = numpy.concatenate([old, new])
    shares = [numpy.searchsorted(each, places, side="right") / len(each) for each in (old, new)]
    distance = float(numpy.abs(shares[0] - shares[1]).max())
    return distance, float(kolmogorov(distance * sqrt(len(old) * len(new) / (len(old) + len(new)))))


def chi_square(old: Sequence[float] | Array, new: Sequence[float] | Array) -> tuple[float, float]:
    """The total variation between two lists of counts, and the p value of the chi-square test that they are alike.

    Cells in which one of the two would expect fewer than 5 are counted as one.
    """
    import numpy
    from scipy.special import chdtrc

    counts = numpy.asarray([old, new], dtype=numpy.float64)
    counts = counts[:, counts.sum(0) > 0]
    rows = counts.sum(1, keepdims=True)
    if not rows.all() or counts.shape[1] < 2:
        return 0.0, 1.0
    size = float(numpy.abs(counts[0] / rows[0] - counts[1] / rows[1]).sum() / 2)
    rare = (rows * counts.sum(0) / rows.sum() < _FEWEST_EXPECTED).any(0)
    if rare.any():
        counts = numpy.concatenate([counts[:, ~rare], counts[:, rare].sum(1, keepdims=True)], axis=1)
    if counts.shape[1] < 2:
        return size, 1.0
    expected = rows * counts.sum(0) / rows.sum()
    if (expected.min(0) < 1).any():  # even together they are too few to judge
        counts = counts[:, expected.min(0) >= 1]
        if counts.shape[1] < 2:
            return size, 1.0
        expected = counts.sum(1, keepdims=True) * counts.sum(0) / counts.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return size, float(chdtrc(counts.shape[1] - 1, statistic))


def shares_differ(old: tuple[int, int], new: tuple[int, int]) -> float:
    """Fisher's exact p value, two-sided, that two shares, each (count, rows), are equal."""
    import numpy
    from scipy.special import gammaln

    hits, rows = old[0] + new[0], old[1] + new[1]
    if hits in (0, rows):
        return 1.0
    possible = numpy.arange(max(0, hits - old[1]), min(hits, new[1]) + 1, dtype=numpy.float64)

    def ways(n: Array | float, k: Array | float) -> Array:
        whole, chosen = numpy.asarray(n, dtype=numpy.float64), numpy.asarray(k, dtype=numpy.float64)
        found: Array = gammaln(whole + 1) - gammaln(chosen + 1) - gammaln(whole - chosen + 1)
        return found

    chance = numpy.exp(ways(new[1], possible) + ways(old[1], hits - possible) - ways(rows, hits))
    mine = chance[int(new[0] - possible[0])]
    return float(min(1.0, chance[chance <= mine * (1 + 1e-7)].sum()))


def area_under_curve(scores: Array, positive: Array) -> tuple[float, tuple[float, float], float]:
    """The AUC of scores, its 95 % interval by Hanley and McNeil (1982), and the p value that it is at most 1/2."""
    import numpy
    from scipy.special import ndtr

    order = numpy.unique(scores, return_inverse=True)[1]
    counts = numpy.bincount(order)
    ranks = (numpy.cumsum(counts) - (counts - 1) / 2)[order]
    ones, zeros = int(positive.sum()), int((~positive).sum())
    auc = float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    square = auc * (1 - auc) + (ones - 1) * (q1 - auc * auc) + (zeros - 1) * (q2 - auc * auc)
    half = 1.96 * sqrt(max(square, 0.0) / (ones * zeros))
    null = sqrt((ones + zeros + 1) / (12 * ones * zeros))
    return auc, (max(auc - half, 0.0), min(auc + half, 1.0)), float(ndtr(-(auc - 0.5) / null))
