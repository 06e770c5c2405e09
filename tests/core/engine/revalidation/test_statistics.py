"""The tests and quantiles of a revalidation against those of SciPy and scikit-learn, and what they are worth."""

from __future__ import annotations

import numpy
import pytest
from caviar.engine.revalidation.statistics import (
    area_under_curve,
    chi_square,
    holm,
    kolmogorov_smirnov,
    shares_differ,
    t_quantile,
)

stats = pytest.importorskip("scipy.stats", reason="SciPy is what the numbers are compared with")


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5])
def test_the_distance_of_two_samples_is_that_of_scipy(shift: float) -> None:
    random = numpy.random.default_rng(1)
    old, new = random.normal(size=400), random.normal(shift, size=300).round(1)
    theirs = stats.ks_2samp(old, new, method="asymp")
    distance, p = kolmogorov_smirnov(old, new)
    assert distance == pytest.approx(theirs.statistic)
    assert p == pytest.approx(stats.kstwobign.sf(distance * (400 * 300 / 700) ** 0.5))
    assert p >= theirs.pvalue * (1 - 1e-9)  # SciPy corrects the argument for small samples


def test_counts_are_compared_as_scipy_does() -> None:
    old, new = [40, 30, 25], [20, 50, 12]
    size, p = chi_square(old, new)
    assert p == pytest.approx(stats.chi2_contingency([old, new], correction=False).pvalue)
    assert size == pytest.approx(abs(numpy.asarray(old) / 95 - numpy.asarray(new) / 82).sum() / 2)


def test_rare_cells_are_counted_as_one() -> None:
    _, p = chi_square([100, 100, 3, 2, 1], [100, 100, 1, 2, 3])
    assert p == pytest.approx(stats.chi2_contingency([[100, 100, 6], [100, 100, 6]], correction=False).pvalue)


@pytest.mark.parametrize(("old", "new"), [((3, 40), (9, 30)), ((0, 50), (4, 60)), ((20, 25), (2, 25))])
def test_two_shares_are_compared_by_fishers_exact_test(old: tuple[int, int], new: tuple[int, int]) -> None:
    table = [[old[0], old[1] - old[0]], [new[0], new[1] - new[0]]]
    assert shares_differ(old, new) == pytest.approx(stats.fisher_exact(table).pvalue)


def test_p_values_are_corrected_as_holm_does() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_students_quantile_is_that_of_the_tables() -> None:
    assert t_quantile(0.975, 4) == pytest.approx(2.776, abs=1e-3)


def test_the_area_is_that_of_scikit_learn_also_with_ties() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is what the area is compared with")
    random = numpy.random.default_rng(2)
    positive = random.uniform(size=300) < 0.4
    scores = (random.normal(size=300) + positive).round(1)
    auc, (low, high), p = area_under_curve(scores, positive)
    assert auc == pytest.approx(metrics.roc_auc_score(positive, scores))
    assert 0.5 < low < auc < high < 1
    assert p < 1e-6
