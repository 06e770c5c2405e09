"""r2."""

import numpy
from caviar.testing import MetricContract
from caviar_plugins import R2
from sklearn.metrics import r2_score


class TestR2(MetricContract):
    metric = R2()

    def test_it_is_scikit_learns(self) -> None:
        predictions, truth = self.predictions(5), self.truth()
        expected = [r2_score(truth, each) for each in predictions]
        numpy.testing.assert_allclose(self.metric.measure(predictions, truth), expected, rtol=1e-12)

    def test_a_constant_target_counts_as_in_scikit_learn(self) -> None:
        truth = numpy.full((4, 1), 2.0)
        predictions = numpy.array([[2.0, 2.0, 2.0, 2.0], [2.0, 2.0, 2.0, 3.0]])[:, :, None]
        expected = [r2_score(truth, each) for each in predictions]
        assert self.metric.measure(predictions, truth).tolist() == expected == [1.0, 0.0]

    def test_the_mean_explains_nothing(self) -> None:
        truth = self.truth()
        prediction = numpy.broadcast_to(truth.mean(axis=0), (1, *truth.shape))
        numpy.testing.assert_allclose(self.metric.measure(prediction, truth), [0.0], atol=1e-12)
