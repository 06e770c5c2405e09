"""Outcomes of another numeric identity are refused before anything of them is used."""

from __future__ import annotations

import pytest
from caviar import PluginError, TrialState
from caviar.engine.search.one_identity import OtherSystem, of_one_identity
from caviar.plugin import MemberOutcome, Outcome, Segment
from caviar_plugins import Inline

STUDY = {"numpy": "2.4.6", "blas": "openblas 0.3.30 Haswell"}


def outcome(state: TrialState, identity: dict[str, str] | None) -> Outcome:
    return Outcome(Segment((3, 4), ({}, {}), 0, 2), tuple(MemberOutcome(each, state, 2) for each in (3, 4)), identity)


def test_outcomes_of_the_study_pass_until_one_of_another_system_comes() -> None:
    fine, other = (outcome(TrialState.FINISHED, each) for each in (dict(STUDY), STUDY | {"numpy": "2.3.0"}))
    passed = of_one_identity([fine, other, fine], STUDY, Inline())
    assert next(passed) is fine
    with pytest.raises(
        OtherSystem, match=r"trained trials 3, 4 on a different system .*: numpy 2\.4\.6 -> 2\.3\.0; its"
    ):
        next(passed)


@pytest.mark.parametrize("state", [TrialState.QUEUED, TrialState.FAILED])
def test_what_nobody_has_trained_needs_no_identity(state: TrialState) -> None:
    (passed,) = of_one_identity([outcome(state, None)], STUDY, Inline())
    assert {each.state for each in passed.members} == {state}


@pytest.mark.parametrize("state", [TrialState.FINISHED, TrialState.PAUSED, TrialState.DIVERGED, TrialState.PRUNED])
def test_what_was_trained_needs_one(state: TrialState) -> None:
    with pytest.raises(PluginError, match=r"executor 'inline' .* without the identity that `Job.perform` gave it"):
        list(of_one_identity([outcome(state, None)], STUDY, Inline()))
