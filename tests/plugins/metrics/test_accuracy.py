"""accuracy."""

import numpy
from caviar.testing import MetricContract
from caviar_plugins import Accuracy
from sklearn.metrics import accuracy_score


class TestAccuracy(MetricContract):
    metric = Accuracy()

    def test_it_is_scikit_learns(self) -> None:
        predictions, truth = self.predictions(5), self.truth()
        expected = [accuracy_score(truth[:, 0], each.argmax(axis=-1)) for each in predictions]
        numpy.testing.assert_array_equal(self.metric.measure(predictions, truth), expected)
