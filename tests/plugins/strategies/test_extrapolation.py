"""What trials would have come to."""

from dataclasses import replace

import numpy
from caviar.plugin import History, TrialState
from caviar.values.history import Goal
from caviar_plugins.strategies.extrapolation import extrapolated_losses

DONE, CUT = TrialState.FINISHED, TrialState.PRUNED


def past(goal: Goal, states: list[TrialState], rows: list[list[float]]) -> History:
    curves = numpy.asarray([[*row, *[numpy.nan] * (3 - len(row))] for row in rows], dtype=float)
    epochs = numpy.asarray([len(row) for row in rows])
    last = numpy.asarray([row[-1] if row else numpy.nan for row in rows])
    return History(goal, numpy.zeros((len(rows), 1)), last, tuple(states), epochs, curves)


def test_a_pruned_trial_moves_on_as_the_finished_ones_did() -> None:
    history = past("minimize", [DONE, DONE, DONE, CUT], [[9, 5, 4], [8, 5, 3], [7, 5, 1], [10]])
    numpy.testing.assert_array_equal(extrapolated_losses(history), [4, 3, 1, 5])


def test_a_trial_that_ended_at_the_rung_gives_no_median_change() -> None:
    history = past("minimize", [DONE, DONE, DONE, CUT], [[9, 5], [8, 6], [8, 5, 3], [10, 9]])
    numpy.testing.assert_array_equal(extrapolated_losses(history), [5, 6, 3, 7])


def test_it_is_never_thought_better_than_the_best_result() -> None:
    history = past("minimize", [DONE, DONE, CUT], [[5, 3, 4], [5, 3, 5], [2.0, 1.5]])
    numpy.testing.assert_array_equal(extrapolated_losses(history), [4, 5, 4])


def test_maximized_metrics_are_turned() -> None:
    history = past("maximize", [DONE, CUT, CUT], [[0.1, 0.5, 0.9], [0.05], [0.05, 0.2]])
    numpy.testing.assert_allclose(extrapolated_losses(history), [-0.9, -0.85, -0.6])


def test_failed_and_diverged_trials_stay_what_they_are() -> None:
    states = [DONE, TrialState.FAILED, TrialState.DIVERGED]
    history = past("minimize", states, [[3, 2, 1], [], [float("inf")]])
    numpy.testing.assert_array_equal(extrapolated_losses(history), [1, numpy.nan, numpy.inf])


def test_before_anyone_finished_the_last_values_stand() -> None:
    numpy.testing.assert_array_equal(extrapolated_losses(past("minimize", [CUT, CUT], [[3], [2, 1]])), [3, 1])


def test_violations_count_but_do_not_move_the_pruned() -> None:
    free = past("minimize", [DONE, DONE, DONE, CUT], [[9, 5, 4], [8, 5, 3], [7, 5, 1], [10]])
    history = replace(free, violations=numpy.asarray([0.0, 0.0, 0.5, 0.0]))
    behind = 10 + (10 - 3) * (1 + 0.5)
    numpy.testing.assert_array_equal(extrapolated_losses(history), [4, 3, behind, 5])
