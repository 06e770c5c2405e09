"""Greedy selection: against a second implementation, on predictions that scikit-learn made."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any

import numpy
import pytest
from caviar.engine.baselines.judge import Judge
from caviar.engine.ensembles.greedy import greedy_selection
from caviar.plugin import Array
from caviar_plugins import MAE, R2, Accuracy, LogLoss
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

CLASSES = make_classification(600, 8, n_informative=5, n_classes=3, flip_y=0.1, random_state=1)
NUMBERS = make_regression(600, 6, n_informative=4, noise=60, random_state=2)


def classified() -> tuple[Array, Array]:
    """Probabilities (models, rows, classes) of six models on rows that they have not seen, and their truth."""
    x, y = CLASSES
    models: list[Any] = [
        *(KNeighborsClassifier(n) for n in (5, 15)),
        *(DecisionTreeClassifier(max_depth=depth, random_state=0) for depth in (3, 6)),
        LogisticRegression(),
        ExtraTreesClassifier(10, max_depth=5, random_state=0),
    ]
    return numpy.stack([each.fit(x[:300], y[:300]).predict_proba(x[300:]) for each in models]), y[300:, None]


def estimated() -> tuple[Array, Array]:
    """The same of numbers: (models, rows, 1)."""
    x, y = NUMBERS
    models: list[Any] = [
        *(KNeighborsRegressor(n) for n in (3, 9)),
        *(DecisionTreeRegressor(max_depth=depth, random_state=0) for depth in (3, 6)),
        Ridge(300.0),
    ]
    return numpy.stack([each.fit(x[:300], y[:300]).predict(x[300:])[:, None] for each in models]), y[300:, None]


def accuracy(truth: Array, found: Array) -> float:
    return float(accuracy_score(truth[:, 0], found.argmax(axis=1)))


def likelihood(truth: Array, found: Array) -> float:
    return float(numpy.log(numpy.clip(numpy.take_along_axis(found, truth, axis=1), 2.2e-16, None)).mean())


def closeness(truth: Array, found: Array) -> float:
    return -float(mean_absolute_error(truth, found))


def explained(truth: Array, found: Array) -> float:
    return float(r2_score(truth, found))


Score = Callable[[Array, Array], float]
CASES: list[tuple[Judge, Score, Callable[[], tuple[Array, Array]]]] = [
    (Judge("accuracy", Accuracy(), "maximize"), accuracy, classified),
    (Judge("log_loss", LogLoss(), "minimize"), likelihood, classified),
    (Judge("r2", R2(), "maximize"), explained, estimated),
    (Judge("mae", MAE(), "minimize"), closeness, estimated),
]


def by_score(score: Score, predictions: Array, truth: Array) -> Array:
    """The models, the best first."""
    order = sorted(range(len(predictions)), key=lambda place: -score(truth, predictions[place]))
    return predictions[order]


@pytest.mark.parametrize(("judge", "score", "made"), CASES, ids=lambda each: getattr(each, "name", ""))
@pytest.mark.parametrize("draws", [2, 7, 12])
def test_it_draws_what_a_plain_search_over_lists_of_models_draws(
    judge: Judge, score: Score, made: Callable[[], tuple[Array, Array]], draws: int
) -> None:
    predictions, truth = made()
    predictions = by_score(score, predictions, truth)
    bags = [[0]]
    while len(bags) < draws:
        longer = [[*bags[-1], each] for each in range(len(predictions))]
        bags.append(max(longer, key=lambda bag: score(truth, predictions[bag].mean(axis=0))))
    best = max(bags, key=lambda bag: score(truth, predictions[bag].mean(axis=0)))
    drawn = greedy_selection(predictions, truth, judge, draws)
    assert drawn == {each: best.count(each) for each in sorted(set(best))}


def test_of_two_draws_the_pair_with_the_winner_is_the_best_of_all_such_pairs() -> None:
    judge, score, made = CASES[2]
    predictions, truth = made()
    predictions = by_score(score, predictions, truth)
    pairs = [pair for pair in combinations_with_replacement(range(len(predictions)), 2) if pair[0] == 0]
    best = max(pairs, key=lambda pair: score(truth, predictions[[*pair]].mean(axis=0)))
    assert best[1] != 0
    assert greedy_selection(predictions, truth, judge, 2) == {0: 1, best[1]: 1}


def test_equal_candidates_are_taken_in_their_order_and_equal_ensembles_by_size() -> None:
    truth = numpy.asarray([[0], [1], [0], [1]])
    right, wrong = numpy.eye(2)[truth[:, 0]], numpy.eye(2)[1 - truth[:, 0]]
    half = numpy.where(numpy.arange(4)[:, None] < 2, right, 0.4 * right + 0.6 * wrong)
    judge = CASES[0][0]
    assert greedy_selection(numpy.stack([right, right, wrong]), truth, judge, 6) == {0: 1}
    assert greedy_selection(numpy.stack([half, wrong, right, right]), truth, judge, 6) == {0: 1, 2: 1}


def test_a_candidate_for_which_the_metric_has_no_value_is_not_drawn() -> None:
    predictions, truth = estimated()
    lost = numpy.full_like(predictions[:1], numpy.nan)
    drawn = greedy_selection(numpy.concatenate([predictions, lost]), truth, CASES[2][0], 8)
    assert drawn == greedy_selection(predictions, truth, CASES[2][0], 8)
    assert len(drawn) > 1


def test_a_run_that_is_stopped_stops_the_selection() -> None:
    left = iter(range(3))

    def stop() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    right = numpy.array([[0.9, 0.1], [0.2, 0.8]])
    with pytest.raises(KeyboardInterrupt):
        greedy_selection(numpy.stack([right, right]), numpy.array([[0], [1]]), CASES[0][0], 9, stop)
