"""Expected improvement against SciPy's integrals, and what may be left out."""

from __future__ import annotations

import numpy
import pytest
from caviar_plugins.strategies.improvement import Improvement
from numpy.typing import NDArray
from scipy import integrate, stats


def logarithms(mean: NDArray[numpy.float64], variance: object, best: object) -> NDArray[numpy.float64]:
    promise = Improvement.of(mean, numpy.asarray(variance, dtype=float), numpy.asarray(best, dtype=float))
    found: NDArray[numpy.float64] = promise.logarithms(numpy.ones(len(mean), dtype=bool))
    return found


def test_it_is_the_integral() -> None:
    cases = [(0.0, 1.0, 0.5), (1.0, 0.25, 0.0), (3.0, 0.01, 2.7), (0.3, 4.0, -5.0)]
    for mean, variance, best in cases:
        normal = stats.norm(mean, numpy.sqrt(variance))
        low = mean - 12 * numpy.sqrt(variance)
        expected, _ = integrate.quad(lambda f, b=best, n=normal: (b - f) * n.pdf(f), min(low, best - 1), best)
        found = logarithms(numpy.asarray([[mean]]), [variance], [best])
        assert found[0] == pytest.approx(numpy.log(expected), abs=1e-5)


def test_far_above_the_best_it_still_has_a_slope() -> None:
    found = logarithms(numpy.asarray([[5.0], [20.0], [100.0], [1000.0]]), numpy.ones(4), [0])
    assert numpy.isfinite(found).all()
    assert (numpy.diff(found) < 0).all()
    # phi(z) / z^2 far below: the leading term of its asymptotic series.
    assert found[2] == pytest.approx(stats.norm.logpdf(100.0) - 2 * numpy.log(100.0), abs=1e-3)


def test_versions_are_averaged() -> None:
    means, bests = numpy.asarray([[0.0, 1.0]]), numpy.asarray([0.5, 0.2])
    each = [logarithms(means[:, [k]], [1], bests[[k]])[0] for k in range(2)]
    assert logarithms(means, [1], bests)[0] == pytest.approx(numpy.log(numpy.exp(each).mean()))


def test_no_point_promises_more_than_its_ceiling_or_less_than_its_share() -> None:
    generator = numpy.random.default_rng(0)
    means, variances = generator.normal(0, 5, (1000, 8)), generator.exponential(size=1000)
    promise = Improvement.of(means, variances, generator.normal(size=8))
    found, ceilings = promise.logarithms(numpy.ones(1000, dtype=bool)), promise.ceilings()
    assert (found <= ceilings).all()
    assert (found >= promise.floors(ceilings) - 1e-12).all()


def test_what_is_not_wanted_promises_nothing_and_changes_no_bit_of_the_others() -> None:
    generator = numpy.random.default_rng(1)
    promise = Improvement.of(generator.normal(0, 5, (1000, 8)), generator.exponential(size=1000), numpy.zeros(1))
    wanted = generator.random(1000) < 0.3
    some, all_of_them = promise.logarithms(wanted), promise.logarithms(numpy.ones(1000, dtype=bool))
    assert (some[~wanted] == -numpy.inf).all()
    assert (some[wanted] == all_of_them[wanted]).all()
