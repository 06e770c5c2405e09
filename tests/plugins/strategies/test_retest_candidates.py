"""Leaders in doubt."""

from dataclasses import replace

import numpy
import pytest
from caviar.plugin import Array, History, TrialState
from caviar.testing.strategy import retested
from caviar_plugins.strategies.retest_candidates import retest_candidates

LOSSES = numpy.random.default_rng(0).permutation(numpy.arange(40.0))
BEST = numpy.argsort(LOSSES).tolist()


def past(losses: Array = LOSSES) -> History:
    size = len(losses)
    states = (TrialState.FINISHED,) * size
    return History("minimize", losses[:, None], losses, states, numpy.ones(size, dtype=int), losses[:, None])


def again(history: History, rows: tuple[int, ...], noise: float) -> History:
    """After these were trained once more, to something else by as much as `noise`."""
    generator = numpy.random.default_rng(len(rows))
    runs = numpy.concatenate([past().objectives[:, None] if history.runs is None else history.runs, past().curves], 1)
    runs[:, -1] = numpy.nan
    for row in rows:
        runs[row, history.repeats[row]] = LOSSES[row] + generator.normal(0, noise)
    return replace(history, objectives=numpy.nanmean(runs, axis=1), runs=runs)


def test_the_best_are_asked_for_as_many_as_the_share_allows() -> None:
    assert retest_candidates(past(), 0.1) == tuple(BEST[:4])
    assert retest_candidates(past(), 0.024) == ()
    assert retest_candidates(past(), 0.0) == ()
    maximized = replace(past(), goal="maximize")
    assert retest_candidates(maximized, 0.05) == tuple(BEST[::-1][:2])


@pytest.mark.parametrize(("noise", "asked"), [(0.0, 4), (0.01, 4), (30.0, 20)])
def test_retests_end_when_leaders_are_distinguished_and_reach_their_share_where_noise_hides_them(
    noise: float, asked: int
) -> None:
    history, done = past(), 0
    for share in numpy.arange(0.025, 0.51, 0.025):  # as a search grows, one more each time
        rows = retest_candidates(history, float(share))
        history, done = again(history, rows, noise) if rows else history, done + len(rows)
    assert done == asked


def test_re_tests_that_were_stopped_for_their_time_count_for_the_share() -> None:
    assert retest_candidates(replace(past(), stopped=3), 0.1) == tuple(BEST[:1])
    assert retest_candidates(replace(past(), stopped=4), 0.1) == ()


def test_a_leader_that_falls_back_makes_room_for_the_next() -> None:
    first = BEST[0]
    history = retested(past(), (first,), luck=0)
    history.objectives[first] = 100.0
    assert retest_candidates(history, 0.05) == (BEST[1],)


def test_only_who_may_win_is_asked_for() -> None:
    states = tuple(TrialState.PRUNED if row == BEST[0] else TrialState.FINISHED for row in range(40))
    violations = (numpy.arange(40) == BEST[1]).astype(float)
    history = replace(past(), states=states, violations=violations)
    assert retest_candidates(history, 0.1) == tuple(BEST[2:5]), "of 39 finished ones"
    assert retest_candidates(replace(past(), given=40, earlier=40), 1.0) == ()
    assert min(retest_candidates(replace(past(), given=20, earlier=10), 1.0)) == 10


def test_with_a_pruner_the_share_is_of_those_that_finished() -> None:
    states = tuple(TrialState.FINISHED if row % 4 == 0 else TrialState.PRUNED for row in range(40))
    assert len(retest_candidates(replace(past(), states=states), 0.2)) == 2
