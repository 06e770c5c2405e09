"""average_precision: scikit-learn's values, also with ties and with classes that have no rows."""

import warnings

import numpy
import pytest
from caviar.testing import MetricContract
from caviar_plugins import AveragePrecision
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score


class TestAveragePrecision(MetricContract):
    metric = AveragePrecision()


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_it_is_scikit_learns_with_ties_and_missing_classes(data: st.DataObject) -> None:
    rows, classes = data.draw(st.integers(1, 12)), data.draw(st.integers(2, 4))
    truth = data.draw(arrays(numpy.int64, (rows, 1), elements=st.integers(0, classes - 1)))
    prediction = data.draw(arrays(numpy.float32, (2, rows, classes), elements=st.sampled_from([0.0, 0.5, 1.0])))
    found = AveragePrecision().measure(prediction, truth)
    counted = [1] if classes == 2 else [code for code in range(classes) if (truth == code).any()]
    for member in range(2):
        with warnings.catch_warnings():  # scikit-learn warns where the class has no rows
            warnings.simplefilter("ignore")
            theirs = [average_precision_score(truth[:, 0] == code, prediction[member][:, code]) for code in counted]
        assert found[member] == pytest.approx(numpy.mean(theirs))


def test_a_guess_is_worth_the_share_of_the_positive_class() -> None:
    truth = (numpy.arange(1000) % 50 == 0).astype(int)[:, None]
    prediction = numpy.full((1, 1000, 2), 0.5)
    assert AveragePrecision().measure(prediction, truth)[0] == pytest.approx(0.02)
