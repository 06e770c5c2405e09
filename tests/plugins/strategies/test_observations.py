"""What a model learns from: trials at their end and on the way."""

from dataclasses import replace

import numpy
import pytest
from caviar.plugin import Dimension, History, Random, Space, TrialState
from caviar.values.history import Goal
from caviar_plugins import GaussianProcess, Uniform
from caviar_plugins.strategies.observations import Observations
from caviar_plugins.strategies.standardized_losses import standardized_losses

DONE, CUT, FAILED = TrialState.FINISHED, TrialState.PRUNED, TrialState.FAILED
ROWS: list[list[float]] = [[8, 6, 4.0], [9, 5, 1], [7, 6, 5], [10], [9, 8]]
STATES = [DONE, DONE, DONE, CUT, CUT]


def past(rows: list[list[float]], states: list[TrialState], goal: Goal = "minimize") -> History:
    curves = numpy.asarray([[*row, *[numpy.nan] * (3 - len(row))] for row in rows], dtype=float)
    last = numpy.asarray([row[-1] if row else numpy.nan for row in rows])
    epochs = numpy.asarray([len(row) for row in rows])
    return History(goal, numpy.zeros((len(rows), 1)), last, tuple(states), epochs, curves)


def test_the_stopped_are_seen_where_they_were_and_the_finished_there_too() -> None:
    seen = Observations.of(past(ROWS, STATES), most=20)
    assert seen.trials.tolist() == [0, 1, 2, 3, 4, 1, 0, 2, 1, 0, 2]  # the best first
    halfway = numpy.log(2) / numpy.log(3)
    assert seen.progress is not None
    numpy.testing.assert_allclose(seen.progress, [1, 1, 1, 0, halfway, 0, 0, 0, *[halfway] * 3])
    # Medians of what followed: -4 after the first epoch, -2 after the second.
    moved = [4, 1, 5, 10 - 4, 8 - 2], [9 - 4, 8 - 4, 7 - 4, 5 - 2, 6 - 2, 6 - 2]
    numpy.testing.assert_allclose(seen.standardized_losses, standardized_losses(*map(numpy.asarray, moved)))


def test_maximized_metrics_are_turned() -> None:
    turned = past([[-each for each in row] for row in ROWS], STATES, "maximize")
    numpy.testing.assert_array_equal(
        Observations.of(turned, 10).standardized_losses, Observations.of(past(ROWS, STATES), 10).standardized_losses
    )


@pytest.mark.parametrize("states", [[DONE] * 3, [CUT] * 3])
def test_trials_that_all_finished_or_all_were_stopped_are_seen_once(states: list[TrialState]) -> None:
    seen = Observations.of(past(ROWS[:3], states), most=10)
    assert seen.progress is None
    assert seen.trials.tolist() == [0, 1, 2]
    numpy.testing.assert_array_equal(seen.standardized_losses, standardized_losses(numpy.asarray([4.0, 1, 5])))


def test_failed_and_diverged_trials_are_bad_at_their_end() -> None:
    rows = [*ROWS, [], [3, numpy.inf]]
    seen = Observations.of(past(rows, [*STATES, FAILED, TrialState.DIVERGED]), most=10)
    assert seen.progress is not None
    assert seen.progress[5:7].tolist() == [1, 1]
    assert (seen.standardized_losses[5:7] == seen.standardized_losses.max()).all()


def test_a_finished_trial_that_violates_a_condition_is_behind_on_the_way_too() -> None:
    history = replace(past(ROWS, STATES), violations=numpy.asarray([0, 0.5, 0, 0, 0]))
    seen = Observations.of(history, most=20)
    own = seen.trials == 1
    assert own.sum() == 3
    assert seen.standardized_losses[own].min() > seen.standardized_losses[~own].max()


def test_of_many_trials_some_of_every_rank_are_seen_on_the_way() -> None:
    ends = numpy.random.default_rng(0).random(400)
    rows = [[3.0, 2, end] for end in ends.tolist()] + [[4.0]] * 5 + [[4.0, 3]] * 5
    seen = Observations.of(past(rows, [DONE] * 400 + [CUT] * 10), most=300)
    on_the_way = seen.trials[300:]
    assert len(on_the_way) == 150
    ranks = ends.argsort().argsort()[on_the_way]
    assert ranks.min() == 0
    assert ranks.max() > 380
    assert len(set(on_the_way.tolist())) == 75


def test_of_many_epochs_where_trials_were_stopped_the_way_is_seen_at_a_few() -> None:
    rows = [[float(100 - epoch) for epoch in range(end)] for end in (*range(1, 40), *[40] * 30)]
    curves = numpy.asarray([[*row, *[numpy.nan] * (40 - len(row))] for row in rows])
    last, epochs = numpy.asarray([row[-1] for row in rows]), numpy.asarray(list(map(len, rows)))
    states = tuple(CUT if end < 40 else DONE for end in epochs)
    seen = Observations.of(History("minimize", numpy.zeros((69, 1)), last, states, epochs, curves), most=69)
    assert seen.progress is not None
    assert len(seen.trials) == 69 + 8 * (34 // 8)
    assert len(set(seen.progress[69:].tolist())) == 8
    numpy.testing.assert_allclose(seen.progress[:69], numpy.log(epochs) / numpy.log(40))


def test_the_best_results_are_seen_however_many_of_the_stopped_look_as_good() -> None:
    rows = [[3.0, 2, 1.0 - place / 1000] for place in range(100)] + [[0.5]] * 300
    seen = Observations.of(past(rows, [DONE] * 100 + [CUT] * 300), most=40)
    assert {*range(90, 100)} <= {*seen.trials.tolist()}


def test_a_change_that_no_finished_trial_shows_is_not_extrapolated() -> None:
    """Trials of other runs may have no curve, or have ended where others were stopped."""
    unknown = [numpy.nan, numpy.nan, 2.0]
    seen = Observations.of(past([*ROWS, unknown, [7.0, 3]], [*STATES, DONE, DONE]), most=20)
    assert seen.progress is not None
    assert numpy.isfinite(seen.standardized_losses).all()
    assert seen.progress[5:7].tolist() == [1, 1]
    assert [*zip(seen.trials[7:].tolist(), seen.progress[7:].round(2).tolist(), strict=True)] == [
        *((trial, 0.0) for trial in (1, 6, 0, 2)),
        *((trial, 0.63) for trial in (1, 0, 2)),
    ]


def test_who_was_stopped_where_others_end_is_at_the_end_but_no_leader() -> None:
    seen = Observations.of(past([[9.0, 4], [8.0, 3], [7.0, 2, 1]], [DONE, DONE, CUT]), most=10)
    assert seen.progress is None
    numpy.testing.assert_array_equal(seen.standardized_losses, standardized_losses(numpy.asarray([4.0, 3, 3])))


def test_who_moves_less_than_others_is_not_taken_for_a_leader() -> None:
    pytest.importorskip("scipy", reason="gaussian-process computes with SciPy")
    """Fast starters (left) that stall against late ones (right): only the model of the way can tell."""
    space = Space((Dimension("a", Uniform(0.0, 1.0)), Dimension("b", Uniform(0.0, 1.0))))
    points = numpy.random.default_rng(1).random((40, 2))
    left = points[:, 0] < 0.5
    early = numpy.where(left, 1.0, 1.1) + 0.1 * points[:, 1]
    end = early - numpy.where(left, 0.05, 0.5)
    stopped = numpy.arange(40) % 4 > 0
    curves = numpy.stack([early, *[numpy.where(stopped, numpy.nan, end)] * 2], axis=1)
    states = tuple(CUT if each else DONE for each in stopped)
    history = History("minimize", points, numpy.where(stopped, early, end), states, numpy.where(stopped, 1, 3), curves)
    proposed = GaussianProcess().propose(space, history, 8, Random(1))
    assert (proposed[:, 0] > 0.5).mean() > 0.8
