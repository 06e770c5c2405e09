"""rmse."""

import numpy
from caviar.testing import MetricContract
from caviar_plugins import RMSE
from sklearn.metrics import root_mean_squared_error


class TestRMSE(MetricContract):
    metric = RMSE()

    def test_it_is_scikit_learns(self) -> None:
        predictions, truth = self.predictions(5), self.truth()
        expected = [root_mean_squared_error(truth, each) for each in predictions]
        numpy.testing.assert_allclose(self.metric.measure(predictions, truth), expected, rtol=1e-12)
