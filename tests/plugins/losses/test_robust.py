"""absolute, huber and quantile."""

import numpy
from caviar.testing import LossContract
from caviar.testing.tools import bound
from caviar_plugins import Absolute, Huber, QuantileLoss, Squared
from scipy.special import huber
from sklearn.metrics import mean_absolute_error, mean_pinball_loss


class TestAbsolute(LossContract):
    loss = Absolute()

    def test_its_mean_is_scikit_learns_mean_absolute_error(self) -> None:
        output, target = self.outputs(3), self.target()
        values, _ = self.loss.forward(output, target)
        for member in range(3):
            numpy.testing.assert_allclose(
                values[member].mean(), mean_absolute_error(target, output[member]), rtol=1e-12
            )


class TestHuber(LossContract):
    loss = Huber(delta=0.7)

    def test_it_is_scipys(self) -> None:
        output, target = self.outputs(3), self.target()
        expected = huber(0.7, output - target).mean(axis=-1)
        numpy.testing.assert_allclose(self.loss.forward(output, target)[0], expected, rtol=1e-12)

    def test_far_inside_delta_it_is_half_the_squared_error(self) -> None:
        output, target = self.outputs(3), self.target()
        expected = Squared().forward(output, target)[0] / 2
        numpy.testing.assert_allclose(Huber(delta=100.0).forward(output, target)[0], expected, rtol=1e-12)

    def test_each_member_has_its_own_delta(self) -> None:
        loss = bound([Huber(delta=1.0), Huber(delta=3.0)])
        values, _ = loss.forward(numpy.full((2, 1, 1), 10.0), numpy.zeros((1, 1)))
        assert values.tolist() == [[9.5], [25.5]]


class TestQuantile(LossContract):
    loss = QuantileLoss(quantile=0.8)

    def test_its_mean_is_scikit_learns_mean_pinball_loss(self) -> None:
        output, target = self.outputs(3), self.target()
        for quantile in (0.05, 0.5, 0.8):
            values, _ = QuantileLoss(quantile=quantile).forward(output, target)
            for member in range(3):
                expected = mean_pinball_loss(target, output[member], alpha=quantile)
                numpy.testing.assert_allclose(values[member].mean(), expected, rtol=1e-12)

    def test_at_the_median_it_is_half_the_absolute_error(self) -> None:
        output, target = self.outputs(3), self.target()
        values, cache = QuantileLoss().forward(output, target)
        absolute, others = Absolute().forward(output, target)
        numpy.testing.assert_allclose(2 * values, absolute, rtol=1e-12)
        numpy.testing.assert_allclose(2 * QuantileLoss().backward(cache), Absolute().backward(others), rtol=1e-12)

    def test_the_best_constant_is_the_quantile(self) -> None:
        target = numpy.random.default_rng(0).exponential(size=(999, 1))
        output = numpy.linspace(0.0, 5.0, 2001).reshape(-1, 1, 1).repeat(999, axis=1)
        losses = self.loss.forward(output, target)[0].mean(axis=1)
        assert abs(output[losses.argmin(), 0, 0] - numpy.quantile(target, 0.8)) < 0.01
