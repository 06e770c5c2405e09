"""Summaries of predictions against scikit-learn's and NumPy's numbers, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import pytest
from caviar.engine.model.decide import confusion
from caviar.engine.model.evaluate import MOST_POINTS, MOST_TARGETS, evaluated, target_errors, threshold_curve
from caviar.plugin import Array, Metric, Task, ThresholdCurve
from caviar_plugins import AUC, F1, Accuracy, BalancedAccuracy
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score, precision_recall_curve

DRAW = numpy.random.default_rng(8)
TRUTH = (DRAW.random(90) < 0.2).astype(int)[:, None]
POSITIVE = (1 / (1 + numpy.exp(-(DRAW.normal(size=90) + 2 * TRUTH[:, 0] - 2)))).astype(numpy.float32)
PREDICTION = numpy.stack([1 - POSITIVE, POSITIVE], axis=1)
METRICS: Mapping[str, Metric] = {
    "accuracy": Accuracy(),
    "balanced_accuracy": BalancedAccuracy(),
    "auc": AUC(),
    "f1": F1(),
}


def curve(threshold: float | None = 0.31) -> ThresholdCurve:
    return threshold_curve(PREDICTION, TRUTH, threshold, METRICS)


def test_precision_and_recall_are_scikit_learns_at_every_threshold_that_it_has() -> None:
    found, (precision, recall, thresholds) = curve(), precision_recall_curve(TRUTH[:, 0], POSITIVE)
    at = {each: place for place, each in enumerate(found.thresholds)}
    assert len(thresholds) == 90
    for place, threshold in enumerate(thresholds.tolist()):
        assert found.precision[at[threshold]] == pytest.approx(precision[place])
        assert found.recall[at[threshold]] == pytest.approx(recall[place])


def test_between_them_they_are_scikit_learns_too_with_the_metrics_that_depend_on_it() -> None:
    found = curve()
    assert [*found.thresholds] == sorted({*found.thresholds})
    assert {0.0, 0.31, 0.5, 1.0} <= {*found.thresholds}
    assert found.metrics.keys() == {"accuracy", "balanced_accuracy", "f1"}
    assert found.metrics["f1"] == pytest.approx(found.f1)
    truth = TRUTH[:, 0]
    for place in (*range(0, len(found.thresholds), 8), len(found.thresholds) - 1):
        called = found.thresholds[place] <= POSITIVE
        assert found.f1[place] == pytest.approx(f1_score(truth, called, zero_division=0))
        assert found.metrics["accuracy"][place] == pytest.approx(accuracy_score(truth, called))
        assert found.metrics["balanced_accuracy"][place] == pytest.approx(balanced_accuracy_score(truth, called))
        (_, wrong), (_, right) = confusion_matrix(truth, called, labels=[0, 1])
        assert (found.guessed[place] - found.right[place], found.right[place]) == (wrong, right)
    assert numpy.isnan(found.precision[-1]), "nothing is guessed"


def test_the_threshold_in_use_has_the_counts_of_the_confusion_matrix() -> None:
    for threshold in (0.1234567, 0.31, float(POSITIVE[3])):
        found = curve(threshold)
        (_, wrong), (_, right) = confusion(PREDICTION, TRUTH, Task("classification", ("y",), ("a", "b"), (), threshold))
        at = found.thresholds.index(threshold)
        assert (found.guessed[at], found.right[at]) == (wrong + right, right)


def test_many_rows_have_no_more_thresholds() -> None:
    positive = DRAW.random(20_000) ** 8  # nearly all close to 0
    truth = (DRAW.random(20_000) < positive).astype(int)[:, None]
    found = threshold_curve(numpy.stack([1 - positive, positive], axis=1), truth, None, {})
    assert len(found.thresholds) <= 202
    steps = -numpy.diff(numpy.asarray(found.guessed)) / 20_000
    assert steps.max() < 0.02, "between two thresholds few rows change"


def linear(rows: int) -> tuple[Array, Array]:
    truth = DRAW.normal(50, 10, rows)
    return truth + DRAW.normal(2, 3, rows), truth


def test_few_rows_are_all_kept_in_the_order_of_the_truth() -> None:
    predicted, truth = linear(MOST_POINTS)
    found = target_errors(predicted, truth)
    order = numpy.argsort(truth)
    numpy.testing.assert_allclose(found.points, numpy.stack([truth, predicted], axis=1)[order], rtol=1e-6)
    assert (found.values, found.residuals) == (None, None)
    residuals = truth - predicted
    assert found.bias == pytest.approx(residuals.mean())
    assert found.bias < -1.5, "a prediction that is too high has a residual below zero"
    assert found.half == pytest.approx(numpy.median(numpy.abs(residuals)))
    assert (numpy.abs(residuals) <= found.nearly_all).mean() == pytest.approx(0.95, abs=0.001)


def test_of_many_rows_none_is_kept_but_counts_of_cells() -> None:
    predicted, truth = linear(MOST_POINTS + 1)
    found = target_errors(predicted, truth)
    assert found.points == ()
    for cells, x, y in ((found.values, truth, predicted), (found.residuals, predicted, truth - predicted)):
        assert cells is not None
        expected, across, up = numpy.histogram2d(x, y, bins=(60, 40), range=(cells.x, cells.y))
        numpy.testing.assert_array_equal(cells.counts, expected)
        assert (across[0], across[-1], up[0], up[-1]) == (*cells.x, *cells.y)
        assert 0 < cells.beyond == len(x) - expected.sum() < 0.01 * len(x)


def test_a_row_far_away_leaves_the_others_their_place() -> None:
    predicted, truth = linear(5000)
    predicted[0] = 1e9
    found = target_errors(predicted, truth)
    assert found.values is not None
    assert found.values.y[1] < 200
    assert found.values.beyond >= 1


def test_constant_and_missing_numbers_are_no_trouble() -> None:
    assert target_errors(numpy.full(3000, 1.0), numpy.full(3000, 1.0)).bias == 0
    assert target_errors(numpy.asarray([1.0, numpy.nan]), numpy.asarray([2.0, 2.0])).rows == 1
    assert target_errors(numpy.full(2, numpy.inf), numpy.zeros(2)).rows == 0


def test_of_many_targets_the_first_are_kept() -> None:
    targets = tuple(f"t{number}" for number in range(MOST_TARGETS + 3))
    truth = DRAW.normal(size=(20, len(targets)))
    found = evaluated(4, {"test": (truth + 1, truth)}, Task("regression", targets), {})
    assert (*found.errors["test"],) == targets[:MOST_TARGETS]
    assert found.errors["test"]["t2"].bias == pytest.approx(-1)


def test_more_classes_have_no_threshold() -> None:
    task = Task("classification", ("y",), ("a", "b", "c"))
    assert not evaluated(0, {"test": (numpy.eye(3), numpy.arange(3)[:, None])}, task, METRICS).thresholds
