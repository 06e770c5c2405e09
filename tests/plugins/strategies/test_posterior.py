"""The Gaussian process against scikit-learn."""

import numpy
import pytest
from caviar_plugins.strategies.posterior import Kernel, Posterior, _NegativeLogPosterior, fitted
from scipy import optimize
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

GENERATOR = numpy.random.default_rng(0)
X, AT = GENERATOR.random((25, 3)), GENERATOR.random((40, 3))
Y = numpy.sin(5 * X[:, 0]) + X[:, 1] + 0.1 * GENERATOR.normal(size=25)
SCALES = Kernel(numpy.asarray([0.4, 1.5, 3.0]), 1.7, 0.02)


def sklearns(x: object, y: object) -> GaussianProcessRegressor:
    kernel = ConstantKernel(1.7) * Matern([0.4, 1.5, 3.0], nu=2.5)
    return GaussianProcessRegressor(kernel, alpha=0.02, optimizer=None).fit(x, y)


def test_mean_and_variance_are_scikit_learns() -> None:
    belief = Posterior.of(SCALES, X, Y)
    whitened = belief.whitened(AT)
    mean, deviation = sklearns(X, Y).predict(AT, return_std=True)
    numpy.testing.assert_allclose(belief.mean(whitened)[:, 0], mean, rtol=1e-7)
    numpy.testing.assert_allclose(numpy.sqrt(belief.variance(whitened)), deviation, rtol=1e-7)


def test_an_imagined_value_changes_the_belief_as_a_real_one_without_noise() -> None:
    belief, values = Posterior.of(SCALES, X, Y).fantasize(AT[0], numpy.asarray([-1.0, 0.0, 2.0]))
    kernel = ConstantKernel(1.7) * Matern([0.4, 1.5, 3.0], nu=2.5)
    x, noise = numpy.concatenate([X, AT[:1]]), numpy.append(numpy.full(25, 0.02), 1e-12)
    for version, value in enumerate(values):
        truth = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(x, numpy.append(Y, value))
        mean, deviation = truth.predict(AT[1:], return_std=True)
        whitened = belief.whitened(AT[1:])
        numpy.testing.assert_allclose(belief.mean(whitened)[:, version], mean, rtol=1e-6)
        numpy.testing.assert_allclose(numpy.sqrt(belief.variance(whitened)), deviation, rtol=1e-6)


def test_imagined_values_are_drawn_from_the_belief() -> None:
    before = Posterior.of(SCALES, X, Y)
    whitened = before.whitened(AT[:1])
    _, values = before.fantasize(AT[0], numpy.asarray([0.0, 1.0]))
    assert values[0] == pytest.approx(before.mean(whitened)[0, 0])
    assert values[1] - values[0] == pytest.approx(numpy.sqrt(before.variance(whitened)[0]))


def test_loadings_can_be_extended_instead_of_computed_anew() -> None:
    before = Posterior.of(SCALES, X, Y)
    after, _ = before.fantasize(AT[0], numpy.zeros(1))
    numpy.testing.assert_allclose(after.extended(before.whitened(AT[1:]), AT[1:]), after.whitened(AT[1:]), atol=1e-10)


def misfit(prior: float) -> _NegativeLogPosterior:
    gaps = ((X[:, None] - X) ** 2).transpose(2, 0, 1).reshape(3, -1)
    return _NegativeLogPosterior(gaps, Y, numpy.zeros(5), numpy.full(5, prior))


def test_the_likelihood_is_scikit_learns() -> None:
    kernel = ConstantKernel(1.7) * Matern([0.4, 1.5, 3.0], nu=2.5) + WhiteKernel(0.02)
    truth = GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=None).fit(X, Y).log_marginal_likelihood_value_
    found = misfit(1e6)(numpy.log([0.4, 1.5, 3.0, 1.7, 0.02]))[0]
    assert -found - 25 / 2 * numpy.log(2 * numpy.pi) == pytest.approx(truth, rel=1e-9)


def test_the_gradient_is_the_slope() -> None:
    function = misfit(1.0)
    at = numpy.log([0.4, 1.5, 3.0, 1.7, 0.02])
    slopes = optimize.approx_fprime(at, lambda place: function(place)[0], 1e-6)
    numpy.testing.assert_allclose(function(at)[1], slopes, rtol=1e-4, atol=1e-4)


def test_fitted_lengths_tell_what_matters() -> None:
    scales = fitted(X, (Y - Y.mean()) / Y.std(), numpy.arange(3))
    assert scales.lengths[0] < scales.lengths[1] < scales.lengths[2]
    assert scales.noise < 0.2
