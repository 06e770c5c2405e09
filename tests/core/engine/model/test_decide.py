"""The threshold of two classes and the confusion matrix, as scikit-learn has them."""

from __future__ import annotations

from dataclasses import replace

import numpy
import pytest
from caviar.engine.model.decide import best_threshold, confusion, seen_by
from caviar.plugin import Metric, Task
from caviar_plugins import AUC, F1, Accuracy, BalancedAccuracy, LogLoss, Recall
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score

GENERATOR = numpy.random.default_rng(8)
TRUTH = (GENERATOR.random(400) < 0.1).astype(int)[:, None]
POSITIVE = 1 / (1 + numpy.exp(-(GENERATOR.normal(size=400) + 3 * TRUTH[:, 0] - 4)))
PROBABILITIES = numpy.stack([1 - POSITIVE, POSITIVE], axis=1)
TASK = Task("classification", ("y",), classes=("ok", "fraud"))


@pytest.mark.parametrize(("metric", "theirs"), [(F1(), f1_score), (BalancedAccuracy(), balanced_accuracy_score)])
def test_no_threshold_is_better_than_the_one_that_is_chosen(metric: Metric, theirs: object) -> None:
    assert callable(theirs)
    found = best_threshold(PROBABILITIES, TRUTH, metric)
    every = [theirs(TRUTH[:, 0], each <= POSITIVE) for each in POSITIVE]
    assert theirs(TRUTH[:, 0], found <= POSITIVE) == pytest.approx(max(every))


def test_of_equally_good_thresholds_the_nearest_to_a_half_is_taken() -> None:
    probabilities = numpy.asarray([[0.9, 0.1], [0.2, 0.8]])
    assert best_threshold(probabilities, numpy.asarray([[0], [1]]), F1()) == 0.5
    assert best_threshold(probabilities, numpy.asarray([[1], [1]]), Recall()) < 0.1


def test_a_constant_prediction_keeps_a_half() -> None:
    assert best_threshold(numpy.full((30, 2), 0.5), TRUTH[:30], F1()) == 0.5


def test_many_rows_are_searched_in_few_candidates() -> None:
    positive = GENERATOR.random(20_000)
    truth = (positive > 0.7).astype(int)[:, None]
    found = best_threshold(numpy.stack([1 - positive, positive], axis=1), truth, Accuracy())
    assert found == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize("threshold", [None, 0.2])
def test_the_confusion_matrix_is_scikit_learns(threshold: float | None) -> None:
    guessed = (threshold or 0.5) <= POSITIVE
    found = confusion(PROBABILITIES, TRUTH, replace(TASK, threshold=threshold))
    assert [list(row) for row in found] == confusion_matrix(TRUTH[:, 0], guessed).tolist()


def test_of_three_classes_it_has_a_row_for_each() -> None:
    truth, prediction = numpy.asarray([[0], [2], [2]]), numpy.eye(3)[[0, 1, 2]]
    task = Task("classification", ("y",), classes=("a", "b", "c"))
    assert confusion(prediction, truth, task) == ((1, 0, 0), (0, 0, 0), (0, 1, 1))


def test_metrics_of_classes_see_the_threshold_and_those_of_probabilities_do_not() -> None:
    task = replace(TASK, threshold=0.1)
    for metric in (AUC(), LogLoss()):
        assert seen_by(metric, PROBABILITIES, task) is PROBABILITIES
    seen = seen_by(F1(), PROBABILITIES, task)
    assert F1().measure(seen[None], TRUTH)[0] == pytest.approx(f1_score(TRUTH[:, 0], POSITIVE >= 0.1))
