"""absolute and huber."""

import numpy
from caviar.testing import LossContract
from caviar.testing.tools import bound
from caviar_plugins import Absolute, Huber, Squared
from scipy.special import huber
from sklearn.metrics import mean_absolute_error


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
