"""squared."""

import numpy
from caviar.testing import LossContract
from caviar_plugins import Squared
from sklearn.metrics import mean_squared_error


class TestSquared(LossContract):
    loss = Squared()

    def test_its_mean_is_scikit_learns_mean_squared_error(self) -> None:
        output, target = self.outputs(3), self.target()
        values, _ = self.loss.forward(output, target)
        for member in range(3):
            expected = mean_squared_error(target, output[member])
            numpy.testing.assert_allclose(values[member].mean(), expected, rtol=1e-12)

    def test_predictions_are_the_outputs(self) -> None:
        numpy.testing.assert_array_equal(self.loss.predict(self.outputs(2)), self.outputs(2))
