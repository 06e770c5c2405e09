"""Outcomes of another numeric identity are refused before anything of them is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from caviar import PluginError, TrialState
from caviar.engine.search.identities import Identities, OtherSystem
from caviar.engine.storage.study_ledger import StudyLedger, open_study
from caviar.plugin import MemberOutcome, Origin, Outcome, Segment, StudyRecord
from caviar_plugins import Inline, SQLite

STUDY = {"numpy": "2.4.6", "blas": "openblas 0.3.30 Haswell"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[StudyLedger]:
    with open_study(SQLite(), tmp_path, "maximize") as ledger:
        ledger.describe(StudyRecord("", STUDY, "", {}, "validation.r2", "maximize"))
        yield ledger


def outcome(state: TrialState, identity: dict[str, str] | None) -> Outcome:
    return Outcome(Segment((3, 4), ({}, {}), 0, 2), tuple(MemberOutcome(each, state, 2) for each in (3, 4)), identity)


def origins(ledger: StudyLedger) -> tuple[Origin, ...]:
    study = ledger.study()
    assert study is not None
    return study.origins


def test_outcomes_of_the_study_pass_until_one_of_another_system_comes(ledger: StudyLedger) -> None:
    fine, other = (outcome(TrialState.FINISHED, each) for each in (dict(STUDY), STUDY | {"numpy": "2.3.0"}))
    passed = Identities(ledger).of([fine, other, fine], Inline(), 2)
    assert [each.origins for each in next(passed).members] == [(0,)] * 2
    with pytest.raises(
        OtherSystem, match=r"trained trials 3, 4 on a different system .*: numpy 2\.4\.6 -> 2\.3\.0; its"
    ):
        next(passed)
    assert origins(ledger) == (Origin(2, STUDY),), "what is refused leaves no trace"


def test_where_systems_are_mixed_all_members_are_marked_with_their_own_and_its_epochs(ledger: StudyLedger) -> None:
    here, there = STUDY, STUDY | {"numpy": "2.3.0"}
    outcomes = [outcome(TrialState.FINISHED, each) for each in (here, there, here)]
    passed = [*Identities(ledger, mixed=True).of(outcomes, Inline(), 2)]
    passed += Identities(ledger, mixed=True).of(outcomes[:1], Inline(), 3)
    assert [[each.origins for each in done.members] for done in passed] == [[(place,)] * 2 for place in (0, 1, 0, 2)]
    assert origins(ledger) == (Origin(2, here), Origin(2, there), Origin(3, here))


@pytest.mark.parametrize("state", [TrialState.QUEUED, TrialState.FAILED])
def test_what_nobody_has_trained_needs_no_identity(ledger: StudyLedger, state: TrialState) -> None:
    (passed,) = Identities(ledger).of([outcome(state, None)], Inline(), 2)
    assert {each.state for each in passed.members} == {state}


@pytest.mark.parametrize("state", [TrialState.FINISHED, TrialState.PAUSED, TrialState.DIVERGED, TrialState.PRUNED])
def test_what_was_trained_needs_one(ledger: StudyLedger, state: TrialState) -> None:
    with pytest.raises(PluginError, match=r"executor 'inline' .* without the identity that `Job.perform` gave it"):
        list(Identities(ledger).of([outcome(state, None)], Inline(), 2))


def test_the_first_outcome_that_uses_kernels_decides_whether_they_are_compiled(ledger: StudyLedger) -> None:
    adam, gelu = {"kernels of adam": "compiled"}, {"kernels of gelu": "plain"}
    outcomes = [
        outcome(TrialState.FINISHED, STUDY | each) for each in (adam, adam | gelu, gelu, {"kernels of adam": "plain"})
    ]
    passed = Identities(ledger).of(outcomes, Inline(), 2)
    assert [next(passed).identity for _ in range(3)] == [each.identity for each in outcomes[:3]]
    study = ledger.study()
    assert study is not None
    assert study.identity == STUDY | adam | gelu
    with pytest.raises(
        OtherSystem, match=r"^trials 3, 4: trained by other code .*: kernels of adam compiled -> plain;"
    ):
        next(passed)
