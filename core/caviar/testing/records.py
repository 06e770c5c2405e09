"""The laws of what a store has recorded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import ClassVar

import numpy

from caviar.interfaces.store import Ledger, Store, StoreError, TrialRecord
from caviar.testing.study import STUDY, TRIALS, ended
from caviar.testing.tools import raises
from caviar.values.history import Goal
from caviar.values.metrics import Metrics
from caviar.values.trial import Retest, Trial, TrialState


class RecordLaws:
    """Those laws of stores that are about the trials of a study; `StoreContract` has all."""

    store: ClassVar[Store]

    def study(self, folder: Path, goal: Goal = "maximize") -> Ledger:
        """A new study of queued trials."""
        ledger = self.store.open(folder / "run", goal)
        ledger.describe(STUDY)
        ledger.add_round(0, TRIALS)
        return ledger

    def again(self, folder: Path) -> Ledger:
        """The study as the next process finds it."""
        return self.store.open(folder / "run", "maximize")

    def test_what_was_recorded_is_there_when_reopened(self, tmp_path: Path) -> None:
        record = ended(1, -inf)
        trial = replace(record.trial, metrics={"a": nan, "b": -inf, "c": 1 / 3}, reason="why")
        rows = Metrics(("loss",), 1, numpy.asarray([[[nan], [inf], [1 / 3]]]))
        with self.study(tmp_path) as ledger:
            ledger.begin([1])
            ledger.record([replace(record, trial=trial, metrics=rows)])
        with self.again(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr((TRIALS[0], trial, *TRIALS[2:]))
            assert repr({trial: list(curve) for trial, curve in ledger.curves("loss").items()}) == repr(
                {1: [nan, inf, 1 / 3]}
            )
            found, expected = ledger.weights(1), record.weights or {}
            assert set(found) == set(expected)
            for name, array in expected.items():
                assert found[name].dtype == array.dtype
                numpy.testing.assert_array_equal(found[name], array)

    def test_records_are_there_all_or_none(self, tmp_path: Path) -> None:
        stranger = replace(ended(1, 0.9), trial=Trial(99, 0, (), {}))
        with self.study(tmp_path) as ledger, raises(Exception):
            ledger.record([ended(0, 0.5), stranger])
        with self.again(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr(TRIALS)
            assert dict(ledger.curves("loss")) == {}
            with raises(StoreError):
                ledger.weights(0)

    def test_decisions_are_settled_all_or_none(self, tmp_path: Path) -> None:
        pruned = replace(TRIALS[2], state=TrialState.PRUNED)
        with self.study(tmp_path) as ledger:
            with raises(Exception):
                ledger.settle([replace(TRIALS[0], state=TrialState.PRUNED), Trial(99, 0, (), {})])
            ledger.settle([pruned])
        with self.again(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr((*TRIALS[:2], pruned, *TRIALS[3:]))

    def test_a_curve_is_that_of_the_last_attempt(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            assert ledger.begin([0, 1]) == (1, 1)
            assert repr(ledger.trials()) == repr(TRIALS), "one being trained is as it was before"
            long = ended(0, None, epochs=5)
            ledger.record([replace(long, trial=replace(long.trial, state=TrialState.FAILED), weights=None)])
            assert ledger.begin([1, 2]) == (2, 1)
            assert ledger.begin([0]) == (2,)
            ledger.record([ended(0, 0.5, attempt=2, epochs=3)])
            assert {trial: list(curve) for trial, curve in ledger.curves("loss").items()} == {0: [2.0, 2.0, 2.0]}

    def test_it_tells_what_the_next_process_will_find_after_every_change(self, tmp_path: Path) -> None:
        lost = replace(ended(1, None, attempt=2), metrics=None, weights=None)
        lost = replace(lost, trial=replace(TRIALS[1], state=TrialState.FAILED))
        more = [Trial(index, 1, (0.5, 0.5), {}) for index in (8, 9)]
        with self.study(tmp_path) as ledger:
            changes: tuple[Callable[[], object], ...] = (
                lambda: ledger.record([ended(index, 0.5) for index in range(3)]),
                lambda: ledger.begin([1, 3]),
                lambda: ledger.record([lost, ended(3, 0.7)]),
                lambda: ledger.record([ended(4, 0.9), replace(lost, trial=Trial(99, 0, (), {}))]),
                lambda: ledger.settle([replace(ended(0, 0.5).trial, retests=(Retest(0),))]),
                lambda: ledger.add_round(1, more),
                lambda: ledger.record([replace(ended(0, 0.1), trial=replace(more[1], state=TrialState.DIVERGED))]),
            )
            before = ledger.curves("loss")
            for change in changes:
                with suppress(Exception):
                    change()
                with self.store.read(tmp_path / "run") as looking:
                    assert repr(ledger.trials()) == repr(looking.trials())
                    assert _curves(ledger) == _curves(looking)
            assert len(ledger.trials()) == len(TRIALS) + len(more)
            assert [*_curves(ledger)] == [0, 2, 3, 9]
            assert dict(before) == {}, "what was recorded stays"

    def test_a_trial_that_goes_on_goes_on_with_its_attempt_its_curve_and_its_state(self, tmp_path: Path) -> None:
        waiting = ended(0, None)
        trial = replace(waiting.trial, state=TrialState.PAUSED)
        with self.study(tmp_path) as ledger:
            assert ledger.begin([0]) == (1,)
            ledger.record([replace(waiting, trial=trial)])
            ledger.record([ended(index, 0.5) for index in range(1, 5)])
            ledger.settle([replace(trial, state=TrialState.QUEUED)])
            assert ledger.trials()[0].state is TrialState.QUEUED
        with self.again(tmp_path) as ledger:
            assert (ledger.weights(0)["layer1.weight"] == 0).all()
            assert ledger.begin([0, 5]) == (1, 1)
            rest = ended(0, 0.5, epochs=3, first=3)
            ledger.record([replace(rest, weights=None)])
            assert len(ledger.curves("accuracy")[0]) == 5

    def test_retests_asked_for_and_done_come_back_and_the_trial_stays(self, tmp_path: Path) -> None:
        metrics = {"a": nan, "b": inf, "c": 1 / 3}
        done = (
            Retest(0, TrialState.FINISHED, 1 / 3, metrics),
            Retest(2, TrialState.DIVERGED, -inf, {}, "why"),
            Retest(2),
        )
        with self.study(tmp_path) as ledger:
            ledger.record([ended(0, 0.5)])
            assert ledger.holds(0)
            assert not ledger.holds(1)
            trial = ledger.trials()[0]
            ledger.settle([replace(trial, retests=(Retest(0),))])
            ledger.settle([replace(trial, retests=done)])
        with self.again(tmp_path) as ledger:
            assert repr(ledger.trials()[0]) == repr(replace(trial, retests=done))
            assert list(ledger.curves("loss")[0]) == [1.0, 1.0]
            assert (ledger.weights(0)["layer1.weight"] == 0).all()

    def test_what_a_record_leaves_out_stays(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            ledger.record([ended(0, 0.5)])
            more = replace(ended(0, 0.5).trial, metrics={"test.accuracy": 0.75})
            ledger.record([TrialRecord(more, 1, None, None)])
            assert ledger.trials()[0].metrics == {"test.accuracy": 0.75}
            assert list(ledger.curves("loss")[0]) == [1.0, 1.0]
            assert (ledger.weights(0)["layer1.weight"] == 0).all()

    def test_the_weights_of_the_best_stay(self, tmp_path: Path) -> None:
        goals: tuple[tuple[Goal, int], ...] = (("maximize", 2), ("minimize", 1))
        for goal, best in goals:
            with self.study(tmp_path / goal, goal) as ledger:
                for index, objective in enumerate((0.5, 0.1, 0.9, 0.5, nan, None)):
                    ledger.record([ended(index, objective)])
                assert (ledger.weights(best)["layer1.weight"] == best).all()


def _curves(ledger: Ledger) -> dict[int, list[float]]:
    curves = ledger.curves("loss")
    return {trial: list(curves[trial]) for trial in sorted(curves)}
