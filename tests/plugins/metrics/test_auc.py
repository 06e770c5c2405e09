"""auc."""

import numpy
import pytest
from caviar.plugin import Array
from caviar.testing import MetricContract
from caviar_plugins import AUC
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score


def two(p: Array) -> Array:
    return numpy.stack([1 - p, p], axis=-1)


class TestAUC(MetricContract):
    metric = AUC()

    def test_with_more_classes_it_is_scikit_learns_one_against_the_rest(self) -> None:
        predictions, truth = self.predictions(5), self.truth()
        expected = [roc_auc_score(truth[:, 0], each, multi_class="ovr", average="macro") for each in predictions]
        numpy.testing.assert_allclose(self.metric.measure(predictions, truth), expected, rtol=1e-12)

    def test_equal_probabilities_count_half(self) -> None:
        prediction = two(numpy.array([[0.2, 0.5, 0.5, 0.5, 0.9]]))
        truth = numpy.array([[0], [1], [0], [1], [0]])
        expected = roc_auc_score(truth[:, 0], prediction[0, :, 1])
        numpy.testing.assert_allclose(self.metric.measure(prediction, truth), [expected], rtol=1e-12)
        assert self.metric.measure(numpy.full((1, 5, 2), 0.5), truth).tolist() == [0.5]

    def test_a_class_that_does_not_occur_is_left_out(self) -> None:
        predictions, truth = self.predictions(3), self.truth()
        truth[truth == 2] = 0
        each = [roc_auc_score(truth[:, 0] == code, predictions[1, :, code]) for code in (0, 1, 3)]
        assert self.metric.measure(predictions, truth)[1] == pytest.approx(numpy.mean(each), rel=1e-12)

    def test_with_nothing_to_compare_it_is_a_guess(self) -> None:
        assert self.metric.measure(self.predictions(2)[:, :, :2], numpy.zeros((50, 1), int)).tolist() == [0.5, 0.5]

    def test_a_member_that_diverged_does_not_stop_the_others(self) -> None:
        predictions, truth = self.predictions(2), self.truth()
        alone = self.metric.measure(predictions[:1], truth)[0]
        predictions[1] = numpy.nan
        assert self.metric.measure(predictions, truth)[0] == alone


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_with_two_classes_it_is_scikit_learns_however_many_ties_there_are(data: st.DataObject) -> None:
    rows = data.draw(st.integers(2, 30))
    truth = data.draw(arrays(numpy.int64, (rows, 1), elements=st.integers(0, 1)).filter(lambda t: 0 < t.sum() < len(t)))
    score = data.draw(arrays(numpy.float32, (rows,), elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])))
    expected = roc_auc_score(truth[:, 0], score)
    numpy.testing.assert_allclose(AUC().measure(two(score)[None], truth), [expected], rtol=1e-12, atol=1e-12)
