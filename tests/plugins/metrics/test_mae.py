"""mae."""

import numpy
from caviar.testing import MetricContract
from caviar_plugins import MAE
from sklearn.metrics import mean_absolute_error


class TestMAE(MetricContract):
    metric = MAE()

    def test_it_is_scikit_learns(self) -> None:
        predictions, truth = self.predictions(5), self.truth()
        expected = [mean_absolute_error(truth, each) for each in predictions]
        numpy.testing.assert_allclose(self.metric.measure(predictions, truth), expected, rtol=1e-12)
