"""Strategies and the trials that they did not propose: those of earlier runs, and given points."""

from __future__ import annotations

import numpy
import pytest
from caviar.plugin import Array, Dimension, History, Random, Space, Strategy, TrialState
from caviar.testing.strategy import SPACE, Line, history
from caviar_plugins import CoarseToFine, GaussianProcess, Grid, RandomSearch, Sobol, Staged

PLANE = Space((Dimension("a", Line(), tier=1), Dimension("b", Line(), tier=2)))


def known(around: tuple[float, float], trials: int) -> History:
    """Given trials only: the better the nearer to a place, which is among them."""
    points = numpy.random.default_rng(0).random((trials, 2))
    points[:1] = around
    losses = ((points - around) ** 2).sum(1)
    states = (TrialState.FINISHED,) * trials
    return History("minimize", points, losses, states, numpy.ones(trials, dtype=int), losses[:, None], given=trials)


def proposed(strategy: Strategy, past: History, count: int = 8) -> Array:
    return strategy.propose(PLANE, past, count, Random(3))


@pytest.mark.parametrize("strategy", [RandomSearch(), Grid(), Sobol()])
@pytest.mark.parametrize("own", [0, 5])
def test_who_learns_nothing_goes_through_its_points_as_if_there_were_none(strategy: Strategy, own: int) -> None:
    without = strategy.propose(SPACE, history(SPACE, own, Random(0)), 8, Random(1))
    behind = strategy.propose(SPACE, history(SPACE, own + 7, Random(0), given=7), 8, Random(1))
    numpy.testing.assert_array_equal(without, behind)


@pytest.mark.parametrize("strategy", [CoarseToFine(explore=0.0), GaussianProcess()])
def test_who_learns_begins_near_the_best_of_them(strategy: Strategy) -> None:
    if isinstance(strategy, GaussianProcess):
        pytest.importorskip("scipy", reason="gaussian-process computes with SciPy")
    found = proposed(strategy, known((0.7, 0.2), 40))
    assert numpy.sqrt(((found - (0.7, 0.2)) ** 2).sum(1)).mean() < 0.25
    unknown = proposed(strategy, known((0.7, 0.2), 0))
    assert numpy.sqrt(((unknown - (0.7, 0.2)) ** 2).sum(1)).mean() > 0.25


def test_a_staged_search_begins_from_the_best_of_them() -> None:
    found = proposed(Staged(trials=20), known((0.7, 0.2), 30))
    assert set(found[:, 1]) == {0.2}
    assert len(set(found[:, 0])) == 8


def test_a_stage_counts_its_own_trials_only() -> None:
    past = known((0.7, 0.2), 15)
    both = History(
        *("minimize", numpy.concatenate([past.points, past.points[:10] / 2])),
        numpy.concatenate([past.losses, numpy.ones(10)]),
        (*past.states, *past.states[:10]),
        numpy.ones(25, dtype=int),
        numpy.ones((25, 1)),
        given=15,
    )
    found = proposed(Staged(trials=20), both)  # ten of each tier
    assert set(found[:, 0]) == {0.7}
    assert len(set(found[:, 1])) == 8
