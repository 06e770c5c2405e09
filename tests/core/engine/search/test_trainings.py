"""Trainings: how trials become segments, the same way for first trainings and for re-tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from caviar import Pipeline, Trial, TrialState
from caviar.config.declaration.pipeline import Search
from caviar.engine.search.context import SearchContext
from caviar.engine.search.objective import Objective
from caviar.engine.search.observers import Observers
from caviar.engine.search.trainings import Trainings
from caviar.engine.storage.study_ledger import open_study
from caviar.plugin import EpochInfo, MemberOutcome, Outcome, Retest, RunInfo, Segment, Space, Tell, Workers
from caviar_plugins import Digits, SQLite

TRIALS = tuple(Trial(number, 0, (), {"units": number % 2}, epochs=1, seconds=1.5) for number in range(4))


class Failing(Workers):
    """Reports an epoch of each segment, and then that its first trial failed and the others found no memory."""

    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        for segment in segments:
            tell(EpochInfo(segment.trials, segment.until, ({},) * len(segment.trials)))
            ends = [TrialState.FAILED, *[TrialState.QUEUED] * (len(segment.trials) - 1)]
            members = zip(segment.trials, ends, strict=True)
            yield Outcome(segment, tuple(MemberOutcome(trial, state, 1, reason="why") for trial, state in members))

    def close(self) -> None:
        pass


@pytest.fixture
def context(tmp_path: Path) -> Iterator[SearchContext]:
    pipeline = Pipeline(data=Digits(folds=3), search=Search(baselines=False, trial_seconds=6.0))
    info = RunInfo("p", tmp_path, 4, 0, pipeline.trainer.epochs, "validation.accuracy", "maximize")
    objective = Objective("validation.accuracy", "maximize", 0.0)
    with open_study(SQLite(), tmp_path, "maximize") as ledger:
        yield SearchContext(pipeline, Space(()), objective, ledger, Observers(()), info, 64)


def test_a_retest_is_cut_into_the_segments_of_a_first_training_with_time_of_its_own(context: SearchContext) -> None:
    first, again = (Trainings(context, "after_epoch", repeat) for repeat in (0, 2))
    ours, theirs = (list(each.segments(TRIALS, 0, 10, Failing())) for each in (first, again))
    assert [replace(each, repeat=2, seconds=(2.0,) * len(each.trials)) for each in ours] == theirs
    assert {each.fold for each in ours} == {0, 1, 2}
    assert {seconds for each in ours for seconds in each.seconds} == {1.5}  # (6 - 1.5 trained before) / 3 folds


def test_each_population_is_begun_when_its_first_segment_is_asked_for(context: SearchContext) -> None:
    begun: list[tuple[int, ...]] = []
    segments = Trainings(context, "after_epoch").segments(TRIALS, 0, 10, Failing(), begun.append)
    for segment in segments:
        assert begun[-1] == segment.trials
        assert len(begun) == len(set(begun))


def test_trials_that_ended_are_recorded_and_the_others_given_back(context: SearchContext) -> None:
    one_fold = replace(context, pipeline=Pipeline(data=Digits()))
    trainings, recorded = Trainings(one_fold, "after_epoch"), list[int]()
    aside = trainings.run(
        trainings.segments(TRIALS, 0, 10, Failing()),
        {trial.index: trial for trial in TRIALS},
        Failing(),
        lambda members, trials: recorded.extend(member.trial for member in members),
    )
    assert sorted([*recorded, *(each.trial for each in aside)]) == [0, 1, 2, 3]
    assert {each.state for each in aside} == {TrialState.QUEUED}


def test_a_training_out_of_time_is_reported_by_the_seconds_of_that_training_alone(context: SearchContext) -> None:
    trial = replace(TRIALS[0], retests=(Retest(0),))
    late = MemberOutcome(0, TrialState.PRUNED, 3, seconds=6.25)
    first, again = Trainings(context, "after_epoch"), Trainings(context, "after_retest_epoch", 1)
    assert (first.seconds(trial, late), again.seconds(trial, late)) == (7.75, 6.25)
    assert first.reason(trial, late) != again.reason(trial, late)
