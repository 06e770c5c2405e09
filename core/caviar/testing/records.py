"""The laws of what a store has committed."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any, ClassVar

import numpy

from caviar.interfaces.store import Artifact, Changes, Curve, Ledger, Store
from caviar.testing.study import BEGUN, TRIALS, ended
from caviar.testing.tools import raises
from caviar.values.metrics import Metrics
from caviar.values.trial import Retest, Trial, TrialState


class RecordLaws:
    """The laws of stores about the trials of a study; `StoreContract` has all."""

    store: ClassVar[Store]

    def study(self, folder: Path) -> Ledger:
        """A new study of queued trials."""
        ledger = self.store.open(folder / "run")
        ledger.commit(BEGUN)
        return ledger

    def again(self, folder: Path) -> Ledger:
        """The study as the next process reads it."""
        return self.store.open(folder / "run")

    def test_what_was_committed_is_there_when_reopened(self, tmp_path: Path) -> None:
        again = (
            Retest(0, TrialState.FINISHED, 1 / 3, {"a": nan, "b": inf, "c": 1 / 3}),
            Retest(2, TrialState.DIVERGED, -inf, {}, "why", "Traceback"),
            Retest(2),
        )
        state, metrics = TrialState.FAILED, {"a": nan, "b": -inf, "c": 1 / 3}
        row = (state, 3, metrics, -inf, "why", inf, 0.25, again, 2, "Traceback", (0, 2))
        before = TRIALS[1]
        trial = Trial(before.index, before.round, before.point, before.values, *row)
        curve = Curve(1, 1, Metrics(("loss", "r2"), 1, numpy.asarray([[[nan, 1], [inf, 2], [1 / 3, 3]]])))
        artifact = Artifact("models/one", 7, "cd" * 32)
        with self.study(tmp_path) as ledger:
            ledger.commit(Changes(trials={1: trial}, attempts={1: 1}, curves=(curve,), artifacts={1: artifact}))
        with self.again(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr((TRIALS[0], trial, *TRIALS[2:]))
            assert _curves(ledger) == repr({1: [nan, inf, 1 / 3]})
            assert _curves(ledger, "r2") == repr({1: [1.0, 2.0, 3.0]})
            assert _curves(ledger, "lo") == repr({})
            assert dict(ledger.artifacts()) == {1: artifact}

    def test_a_trial_may_be_replaced_whole(self, tmp_path: Path) -> None:
        moved = replace(TRIALS[0], point=(nan, 0.25), values={**TRIALS[0].values, "rate": 0.5, "more": ["ä"]})
        with self.study(tmp_path) as ledger:
            ledger.commit(ended(0, 0.5))
            ledger.commit(Changes(trials={0: moved}))
            assert repr(ledger.trials()) == repr((moved, *TRIALS[1:]))
        with self.again(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr((moved, *TRIALS[1:]))

    def test_a_commit_is_there_whole_or_not_at_all(self, tmp_path: Path) -> None:
        both = ended(0, 0.5)
        unfit = Trial(6, 0, (0.5,), {"rate": object()})
        with self.study(tmp_path) as ledger:
            with raises(Exception):
                ledger.commit(replace(both, trials={**both.trials, 6: unfit}))
            assert _told(ledger) == _told_when_new()
            ledger.commit(ended(1, 0.25))
        with self.again(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr((TRIALS[0], ended(1, 0.25).trials[1], *TRIALS[2:]))
            assert list(ledger.curves("loss")) == list(ledger.artifacts()) == list(ledger.attempts()) == [1]

    def test_every_commit_is_told_to_others_when_it_returns(self, tmp_path: Path) -> None:
        more = {index: Trial(index, 1, (0.5, 0.5), {}) for index in (6, 7)}
        finished = ended(0, 0.5)
        retested = replace(finished.trials[0], retests=(Retest(0),))
        commits = (
            (finished, True),
            (Changes(populations=({1: 1, 2: 1},)), False),
            (ended(2, 0.25), True),
            (Changes(trials={0: retested}), True),
            (Changes(trials=more), True),
            (Changes(trials={1: replace(TRIALS[1], state=TrialState.PAUSED)}, artifacts={0: None}), True),
        )
        with self.study(tmp_path) as ledger:
            for changes, durable in commits:
                ledger.commit(changes, durable)
                with self.store.read(tmp_path / "run") as reading:
                    assert _told(reading) == _told(ledger)
        with self.again(tmp_path) as ledger:
            assert [trial.index for trial in ledger.trials()] == [*range(8)]
            assert ledger.trials()[0].retests == (Retest(0),)
            assert list(ledger.curves("loss")[0]) == [1.0, 1.0]
            assert dict(ledger.attempts()) == {0: 1, 1: 1, 2: 1}
            assert list(ledger.artifacts()) == [2]

    def test_a_curve_is_that_of_the_attempt_that_counts(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            ledger.commit(ended(0, None, epochs=5))
            ledger.commit(Changes(populations=({0: 2},)))
            assert _curves(ledger) == repr({0: [1.0] * 5}), "a started attempt does not count yet"
            assert dict(ledger.attempts()) == {0: 2}
            ledger.commit(ended(0, 0.5, attempt=2, epochs=3))
            assert _curves(ledger) == repr({0: [2.0] * 3})
            ledger.commit(replace(ended(0, None, attempt=3), curves=()))
            assert _curves(ledger) == repr({})
        with self.again(tmp_path) as ledger:
            assert _curves(ledger) == repr({})
            assert dict(ledger.attempts()) == {0: 3}

    def test_a_curve_goes_on_over_several_commits_and_within_one(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            ledger.commit(ended(0, None, epochs=2))
        with self.again(tmp_path) as ledger:
            third, last = (ended(0, 0.5, epochs=1, first=first) for first in (3, 5))
            ledger.commit(replace(last, curves=(*third.curves, *last.curves)))
        with self.again(tmp_path) as ledger:
            assert _curves(ledger) == repr({0: [1.0, 1.0, 1.0, nan, 1.0]})

    def test_committing_twice_changes_nothing_that_is_told(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            changes = replace(ended(0, 0.5), populations=({0: 1, 1: 1}, {2: 1}))
            ledger.commit(changes)
            before = _told(ledger)
            ledger.commit(changes)
            assert _told(ledger) == before
        with self.again(tmp_path) as ledger:
            assert _told(ledger) == before

    def test_what_a_commit_leaves_out_stays(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            ledger.commit(ended(0, 0.5))
            more = replace(ended(0, 0.5).trials[0], metrics={"test.accuracy": 0.75})
            ledger.commit(Changes(trials={0: more}))
            assert ledger.trials()[0].metrics == {"test.accuracy": 0.75}
            assert _curves(ledger) == repr({0: [1.0, 1.0]})
            assert dict(ledger.artifacts()) == ended(0, 0.5).artifacts


def _curves(ledger: Ledger, metric: str = "loss") -> str:
    curves = ledger.curves(metric)
    return repr({trial: list(curves[trial]) for trial in sorted(curves)})


def _told(ledger: Ledger) -> tuple[Any, ...]:
    attempts, artifacts = sorted(ledger.attempts().items()), sorted(ledger.artifacts().items())
    return repr(ledger.trials()), _curves(ledger), attempts, artifacts


def _told_when_new() -> tuple[Any, ...]:
    return repr(TRIALS), repr({}), [], []
