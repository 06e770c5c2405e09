"""Objectives: what a trial and its re-tests are judged by."""

import math

import pytest
from caviar.engine.search.objective import Objective
from caviar.values.history import Goal
from caviar.values.segment import MemberOutcome
from caviar.values.trial import TrialState


@pytest.mark.parametrize(("goal", "lost"), [("maximize", -math.inf), ("minimize", math.inf)])
def test_no_other_training_makes_up_for_a_retest_that_came_to_nothing(goal: Goal, lost: float) -> None:
    objective = Objective("validation.accuracy", goal, worst=0.0)
    for state, final in ((TrialState.DIVERGED, None), (TrialState.FAILED, None), (TrialState.FINISHED, math.nan)):
        outcome = MemberOutcome(0, state, 1, final=None if final is None else {"validation.accuracy": final})
        assert objective.again(outcome) == lost
