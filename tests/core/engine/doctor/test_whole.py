"""What of salvaged rows is a study from which a search goes on as from the whole one."""

from __future__ import annotations

from dataclasses import replace

import numpy
from caviar.engine.doctor.whole import whole
from caviar.plugin import Artifact, Changes, Curve, Metrics, Retest, StudyRecord, Trial, TrialState

STUDY = StudyRecord("[search]\nround = 2\ntrials = 6\n", {}, "", {}, "loss", "minimize")
TRIALS = {
    number: Trial(number, number // 2, (0.5,), {}, TrialState.FINISHED, 3, {"loss": 1.0}, 1.0) for number in range(6)
}
ATTEMPTS = dict.fromkeys(TRIALS, 1)


def curve(trial: int, first: int, epochs: int, attempt: int = 1) -> Curve:
    return Curve(trial, attempt, Metrics(("loss",), first, numpy.zeros((1, epochs, 1))))


CURVES = tuple(curve(number, 1, 3) for number in TRIALS)
FOUND = Changes(STUDY, TRIALS, ({0: 1, 1: 1},), ATTEMPTS, CURVES, {1: Artifact("f", 1, "a"), 4: Artifact("g", 1, "b")})


def kept(found: Changes) -> list[int]:
    left = whole(found)
    assert left is not None
    return list(left.trials)


def test_a_study_without_a_gap_is_kept_as_it_is() -> None:
    assert whole(FOUND) == FOUND


def test_nothing_is_kept_where_it_is_unknown_what_was_searched() -> None:
    assert whole(replace(FOUND, study=None)) is None


def test_a_trial_whose_curve_has_a_hole_is_missing_and_what_belongs_to_it_too() -> None:
    holes = (
        CURVES[1:],  # none
        (curve(0, 1, 2), *CURVES[1:]),  # the end
        (curve(0, 2, 2), *CURVES[1:]),  # the beginning
        (curve(0, 1, 1), curve(0, 3, 1), *CURVES[1:]),  # between
        (curve(0, 1, 3, attempt=2), *CURVES[1:]),  # of another training
    )
    assert [kept(replace(FOUND, curves=each)) for each in holes] == [[1, 2, 3, 4, 5]] * len(holes)
    assert kept(replace(FOUND, curves=(curve(0, 3, 1), curve(0, 1, 2), *CURVES[1:]))) == [*TRIALS]
    left = whole(replace(FOUND, curves=(CURVES[0], *CURVES[2:])))
    assert left is not None
    assert (left.populations, list(left.artifacts), 1 in left.attempts) == (({0: 1},), [4], False)
    assert [each.trial for each in left.curves] == [0, 2, 3, 4, 5]


def test_one_that_failed_needs_no_curve() -> None:
    failed = replace(TRIALS[0], state=TrialState.FAILED)
    assert kept(replace(FOUND, trials={**TRIALS, 0: failed}, curves=CURVES[1:])) == [*TRIALS]


def test_with_retests_the_rounds_before_the_first_missing_trial_are_left_without_later_retests() -> None:
    retests = tuple(Retest(round, TrialState.FINISHED, 1.0) for round in (0, 1))
    trials = {**TRIALS, 0: replace(TRIALS[0], retests=retests)}
    assert whole(replace(FOUND, trials=trials)) == replace(FOUND, trials=trials)
    del trials[3]
    left = whole(replace(FOUND, trials=trials))
    assert left is not None
    assert left.trials == {0: replace(TRIALS[0], retests=retests[:1]), 1: TRIALS[1]}


def test_with_retests_of_its_round_the_last_trial_is_missed_as_any_other() -> None:
    retests = tuple(Retest(round, TrialState.FINISHED, 1.0) for round in (0, 2))
    trials = {**TRIALS, 0: replace(TRIALS[0], retests=retests)}
    del trials[5]
    left = whole(replace(FOUND, trials=trials))
    assert left is not None
    assert list(left.trials) == [0, 1, 2, 3], "it may have been re-tested, and the round's re-tests are asked for once"
    assert left.trials[0].retests == retests[:1]
    trials[0] = replace(TRIALS[0], retests=retests[:1])
    assert whole(replace(FOUND, trials=trials)) == replace(
        FOUND,
        trials=trials,
        attempts=dict.fromkeys(trials, 1),
        curves=CURVES[:5],
    )
