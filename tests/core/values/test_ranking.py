"""Ranking, with re-tests."""

from math import inf, nan, sqrt

import numpy
import pytest
from caviar.plugin import History, Retest, Trial, TrialState, ranked
from caviar.values.noise import noise
from caviar.values.ranking import without_winner


def trial(number: int, *runs: float, state: TrialState = TrialState.FINISHED) -> Trial:
    """A trial of these trainings."""
    retests = tuple(Retest(0, TrialState.FINISHED, objective) for objective in runs[1:])
    return Trial(number, 0, (), {}, state, objective=runs[0], retests=retests)


def order(*trials: Trial) -> list[int]:
    return [each.index for each in ranked(trials, "maximize")]


def test_the_noise_is_the_deviation_within_trials_as_an_analysis_of_variance_has_it() -> None:
    generator = numpy.random.default_rng(0)
    runs = [generator.normal(place, 0.3, size).tolist() for place, size in enumerate((2, 5, 3))]
    residuals = numpy.concatenate([numpy.asarray(each) - numpy.mean(each) for each in runs])
    mean_square = float(residuals @ residuals) / (10 - 3)
    assert noise([*runs, [7.0], [1.0, inf]]) == pytest.approx(sqrt(mean_square), rel=1e-12)
    assert noise([[1.0], [2.0]]) == 0.0


def test_without_retests_the_objective_decides_and_of_equals_the_lower_number() -> None:
    assert order(trial(0, 0.5), trial(1, 0.9), trial(2, 0.9)) == [1, 2, 0]
    assert order(trial(0, 0.5, 0.5), trial(1, 0.9), trial(2, 0.9)) == [1, 2, 0], "no noise was seen"


def test_one_good_training_does_not_beat_a_leader_that_was_retested() -> None:
    steady = trial(0, 0.90, 0.88, 0.92, 0.90)
    assert order(steady, trial(1, 0.905)) == [0, 1]
    assert order(steady, trial(1, 0.95)) == [1, 0], "but a much better one does"


def test_a_retest_that_came_to_nothing_puts_a_trial_behind_all() -> None:
    assert order(trial(0, 0.9, -inf), trial(1, 0.1)) == [1, 0]


def test_a_history_has_the_same_noise_and_the_number_of_trainings_of_each_trial() -> None:
    runs = numpy.asarray([[0.5, nan, nan], [0.7, 0.9, nan], [0.1, 0.2, 0.6], [nan, nan, nan], [0.4, -inf, nan]])
    states = (TrialState.FINISHED,) * 3 + (TrialState.FAILED, TrialState.FINISHED)
    past = History("maximize", runs[:, :1], runs[:, 0], states, numpy.ones(5), runs[:, :1], runs=runs)
    assert past.repeats.tolist() == [1, 2, 3, 1, 2]
    assert past.noise == noise([[0.7, 0.9], [0.1, 0.2, 0.6]])


def test_a_search_that_proposed_nothing_does_not_send_for_reasons() -> None:
    assert without_winner((), "maximize", ()) == "no trial was proposed: the strategy found nothing to try"
    assert "no trial finished" in without_winner([trial(0, nan, state=TrialState.FAILED)], "maximize", ())
