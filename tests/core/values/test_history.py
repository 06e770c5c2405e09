"""The losses of a history: what violates conditions lies behind all that does not."""

from typing import Any

import numpy
from caviar.plugin import History, TrialState
from caviar.values.history import Goal
from hypothesis import given
from hypothesis import strategies as st

ROWS = st.lists(st.tuples(st.floats(-1e3, 1e3), st.sampled_from([0.0, 1e-9, 0.1, 2.5])), min_size=1, max_size=12)


def history(goal: Goal, rows: list[tuple[float, float]], given: Any = ...) -> History:
    objectives, violations = numpy.array(rows, dtype=float).T
    states, epochs = (TrialState.FINISHED,) * len(rows), numpy.ones(len(rows), dtype=int)
    points = numpy.zeros((len(rows), 1))
    told = violations if given is ... else given
    return History(goal, points, objectives, states, epochs, objectives[:, None], violations=told)


@given(rows=ROWS, goal=st.sampled_from(["maximize", "minimize"]))
def test_every_violation_is_worse_than_every_trial_without_and_the_graver_the_worse(rows: Any, goal: Goal) -> None:
    losses = history(goal, rows).losses
    for (_, mine), loss in zip(rows, losses, strict=True):
        for (_, theirs), other in zip(rows, losses, strict=True):
            if mine > theirs:
                assert loss > other or (mine - theirs < 1e-6 and theirs > 0 and loss >= other)


@given(rows=ROWS, goal=st.sampled_from(["maximize", "minimize"]))
def test_without_a_violation_losses_are_the_objectives_turned(rows: Any, goal: Goal) -> None:
    free = [(objective, 0.0) for objective, _ in rows]
    sign = -1 if goal == "maximize" else 1
    numpy.testing.assert_array_equal(history(goal, free).losses, [sign * objective for objective, _ in rows])
    numpy.testing.assert_array_equal(history(goal, rows, given=None).losses, [sign * each for each, _ in rows])


def test_failed_trials_stay_unknown_and_diverged_ones_are_the_worst() -> None:
    losses = history("minimize", [(1.0, 0.0), (3.0, 0.0), (numpy.nan, 0.0), (9.0, numpy.inf), (2.0, 0.5)]).losses
    numpy.testing.assert_array_equal(losses, [1.0, 3.0, numpy.nan, numpy.inf, 6.0])
