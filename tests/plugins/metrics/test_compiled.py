"""Compiled metrics: the plain code's values, exactly, whatever is predicted."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar import Metric, Pipeline
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.variants import compiled
from caviar.plugin import Array
from caviar_plugins import AUC, F1, Accuracy, BalancedAccuracy, Digits, LogLoss, Precision, Recall
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, roc_auc_score

pytest.importorskip("numba")

from caviar_plugins.metrics.auc_kernel import quick_areas
from caviar_plugins.metrics.counts_kernel import quick_counts

METRICS: tuple[type[Metric], ...] = (Accuracy, BalancedAccuracy, F1, Precision, Recall, AUC)
NUMBERS = (-1.0, -0.0, 0.0, 0.25, 0.5, 0.75, 1.0, numpy.nan, numpy.inf, -numpy.inf)


@pytest.fixture(scope="module", autouse=True)
def kernels() -> None:
    """Compiled here, so that the metrics use them from the first value on and the plain forms are not compared with
    themselves."""
    for dtype in ("float32", "float64"):
        prediction, truth = numpy.full((1, 2, 3), 1 / 3, dtype), numpy.array([[0], [1]])
        quick_counts(prediction, truth)
        quick_areas(prediction, truth)


def quick(kind: type[Any]) -> Any:
    return compiled(kind)()


@pytest.mark.thorough
@settings(max_examples=200, deadline=None)
@given(some.data())
def test_they_are_the_plain_ones_to_the_bit_with_ties_nan_and_missing_classes(data: some.DataObject) -> None:
    rows, classes = data.draw(some.integers(1, 40)), data.draw(some.integers(2, 9))
    dtype, by_class = data.draw(some.sampled_from(["float32", "float64"])), data.draw(some.booleans())
    truth = data.draw(arrays(numpy.int64, (rows, 1), elements=some.integers(0, classes - 1)))
    prediction = data.draw(arrays(dtype, (2, rows, classes), elements=some.sampled_from(NUMBERS)))
    if by_class:  # as trainers hand it over
        prediction = numpy.ascontiguousarray(prediction.swapaxes(1, 2)).swapaxes(1, 2)
    for kind in METRICS:
        found, expected = (metric.measure(prediction, truth) for metric in (quick(kind), kind()))
        numpy.testing.assert_array_equal(found, expected, err_msg=kind.__name__)


def test_over_many_rows_they_are_scikit_learns() -> None:
    random = numpy.random.default_rng(0)
    truth, prediction = random.integers(26, size=(3001, 1)), random.dirichlet(numpy.ones(26), (2, 3001))
    prediction = prediction.astype("float32").round(3)
    for member, each in enumerate(prediction):
        area = numpy.mean([roc_auc_score(truth[:, 0] == code, each[:, code]) for code in range(26)])
        right = accuracy_score(truth[:, 0], each.argmax(axis=-1))
        found = [quick(kind).measure(prediction, truth)[member] for kind in (AUC, Accuracy)]
        numpy.testing.assert_allclose(found, [area, right], rtol=1e-12)


@pytest.mark.parametrize("kind", METRICS)
def test_a_member_is_the_same_alone_and_beside_one_that_diverged(kind: type[Metric]) -> None:
    random = numpy.random.default_rng(2)
    truth, prediction = random.integers(4, size=(90, 1)), random.dirichlet(numpy.ones(4), (3, 90))
    alone = quick(kind).measure(prediction[:1], truth)[0]
    prediction[1] = numpy.nan
    found = quick(kind).measure(prediction, truth)
    assert found[0] == alone
    assert found.shape == (3,)
    assert found.dtype == numpy.float64


@pytest.mark.parametrize("kind", [*METRICS, LogLoss])
def test_how_predictions_lie_in_memory_changes_no_bit(kind: type[Metric]) -> None:
    random = numpy.random.default_rng(1)
    truth: Array = random.integers(5, size=(300, 1))
    prediction = random.dirichlet(numpy.ones(5), (3, 300)).astype("float32")
    by_class = numpy.ascontiguousarray(prediction.swapaxes(1, 2)).swapaxes(1, 2)
    found = [quick(kind).measure(each, truth) for each in (prediction, by_class)]
    numpy.testing.assert_array_equal(found[0], found[1])


def test_trainers_are_lent_them_and_the_run_keeps_the_declared_ones() -> None:
    work = resolve_run(Pipeline(data=Digits(), reporter=()))[0]
    lent = work.context(lambda: None).metrics
    assert {name: type(metric) for name, metric in lent.items()} == {
        name: compiled(type(metric)) for name, metric in work.metrics.items()
    }
    assert type(work.metrics["auc"]) is AUC is not type(lent["auc"])
