"""balanced_accuracy, f1, precision and recall, whose values come from counts of right and wrong."""

import warnings

import numpy
import pytest
from caviar.plugin import Array
from caviar.testing import MetricContract
from caviar_plugins import F1, Accuracy, BalancedAccuracy, Precision, Recall
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, precision_score, recall_score


class TestBalancedAccuracy(MetricContract):
    metric = BalancedAccuracy()


class TestF1(MetricContract):
    metric = F1()


class TestPrecision(MetricContract):
    metric = Precision()


class TestRecall(MetricContract):
    metric = Recall()


METRICS = (Accuracy(), BalancedAccuracy(), F1(), Precision(), Recall())


def expected(truth: Array, guessed: Array, classes: int) -> list[float]:
    with warnings.catch_warnings():  # scikit-learn warns where a class occurs on one side only
        warnings.simplefilter("ignore")
        over = {"average": "binary" if classes == 2 else "macro", "zero_division": 0.0}
        of_class = [score(truth, guessed, **over) for score in (f1_score, precision_score, recall_score)]
        return [accuracy_score(truth, guessed), balanced_accuracy_score(truth, guessed), *of_class]


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_counts_are_scikit_learns_also_where_classes_are_missing(data: st.DataObject) -> None:
    rows, classes = data.draw(st.integers(1, 12)), data.draw(st.integers(2, 5))
    truth = data.draw(arrays(numpy.int64, (rows, 1), elements=st.integers(0, classes - 1)))
    prediction = data.draw(arrays(numpy.float32, (2, rows, classes), elements=st.sampled_from([0.0, 0.5, 1.0])))
    found = [metric.measure(prediction, truth) for metric in METRICS]
    for member in range(2):
        wanted = expected(truth[:, 0], prediction[member].argmax(axis=-1), classes)
        numpy.testing.assert_allclose([values[member] for values in found], wanted, rtol=1e-12)
