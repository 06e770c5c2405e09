"""log_loss."""

import numpy
import pytest
from caviar.testing import MetricContract
from caviar_plugins import LogLoss
from sklearn.metrics import log_loss


class TestLogLoss(MetricContract):
    metric = LogLoss()

    def test_it_is_scikit_learns(self) -> None:
        predictions, truth = self.predictions(5), self.truth()
        expected = [log_loss(truth[:, 0], each, labels=range(4)) for each in predictions]
        numpy.testing.assert_allclose(self.metric.measure(predictions, truth), expected, rtol=1e-12)

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_certainty_of_something_wrong_counts_as_much_as_in_scikit_learn(self, dtype: str) -> None:
        prediction = numpy.array([[[1.0, 0.0], [0.0, 1.0]]], dtype=dtype)
        truth = numpy.array([[0], [0]])
        expected = log_loss(truth[:, 0], prediction[0], labels=[0, 1])
        numpy.testing.assert_allclose(self.metric.measure(prediction, truth), [expected], rtol=1e-6)
