"""Whatever is recorded of a study, the next process finds what this one told, and the arrays of those that count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import numpy
import pytest
from caviar.engine.storage.study_ledger import StudyLedger, TrialRecord, open_study
from caviar.engine.storage.study_view import StudyView, read_study
from caviar.plugin import Changes, Metrics, Retest, StoreError, StudyRecord, Trial, TrialState
from caviar_plugins import SQLite
from caviar_plugins.stores.ledger import SQLiteLedger

Finish = Callable[..., TrialRecord]


def waits(record: TrialRecord) -> TrialRecord:
    return replace(record, trial=replace(record.trial, state=TrialState.RUNNING, objective=None))


def names(folder: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[0] for path in (folder / "models").iterdir())


def told(view: StudyView) -> tuple[object, ...]:
    curves = view.curves("loss")
    held = [trial.index for trial in view.trials() if view.holds(trial.index)]
    weights = [view.weights(trial)["layer1.weight"].tolist() for trial in held]
    return repr(view.trials()), repr({trial: list(curves[trial]) for trial in sorted(curves)}), held, weights


def test_it_tells_after_every_change_what_the_next_process_will_find(
    tmp_path: Path, ledger: StudyLedger, finish: Finish
) -> None:
    lost = replace(finish(1, None, attempt=2), metrics=None, weights=None)
    lost = replace(lost, trial=replace(lost.trial, state=TrialState.FAILED, epochs=0))
    stranger = replace(lost, trial=Trial(99, 0, (), {}))
    more = [Trial(index, 1, (0.5, 0.5), {"sizes": (3, numpy.float64(0.5))}) for index in (8, 9)]
    changes: tuple[Callable[[], object], ...] = (
        lambda: ledger.record([finish(index, 0.5) for index in range(3)]),
        lambda: ledger.begin([1, 3]),
        lambda: ledger.record([lost, finish(3, nan)]),
        lambda: ledger.record([finish(4, 0.9), stranger]),
        lambda: ledger.settle([replace(finish(0, 0.5).trial, retests=(Retest(0, objective=nan),))]),
        lambda: ledger.add_round(more),
        lambda: ledger.record([replace(finish(0, -0.0), trial=replace(more[1], state=TrialState.DIVERGED))]),
        lambda: ledger.record([waits(finish(5, None))]),
        lambda: ledger.settle([replace(finish(5, None).trial, state=TrialState.PRUNED)]),
    )
    ledger.curves("loss")  # from now on in memory
    for change in changes:
        with suppress(LookupError):
            change()
        ours = told(ledger)
        ledger.curves("accuracy")  # of a metric that was not asked for before: the store tells it
        ledger._commit()
        with read_study(SQLite(), tmp_path / "run") as view:
            assert told(view) == ours == told(ledger)
    assert len(ledger.trials()) == 10


def test_a_view_holds_no_curves_of_trials_that_ended_after_it_was_opened(
    tmp_path: Path, ledger: StudyLedger, finish: Finish
) -> None:
    with read_study(SQLite(), tmp_path / "run") as view:
        ledger.record([finish(0, 0.5)])
        assert not view.curves("accuracy")
        assert view.trials()[0].state is TrialState.QUEUED


def test_curves_of_a_metric_that_is_asked_for_late_hold_what_is_pending(ledger: StudyLedger, finish: Finish) -> None:
    ledger.record([waits(finish(0, None))])
    assert dict(ledger.curves("accuracy")) == {0: [1.0, 1.0]}
    ledger.record([waits(finish(1, None))])
    assert dict(ledger.curves("accuracy")) == {0: [1.0, 1.0], 1: [1.0, 1.0]}


def test_the_training_state_of_a_waiting_trial_is_kept_whatever_its_rank_and_dropped_when_it_is_pruned(
    ledger: StudyLedger, finish: Finish
) -> None:
    waiting = waits(finish(3, None))
    ledger.record([waiting])
    for index in range(3):
        ledger.record([finish(index, 0.5)])
    assert ledger.weights(3)
    ledger.settle([replace(waiting.trial, state=TrialState.PRUNED)])
    with pytest.raises(StoreError, match="run: no weights of trial 3; only those of the best finished trials are kept"):
        ledger.weights(3)


def test_later_rows_of_an_attempt_continue_its_curve(ledger: StudyLedger, finish: Finish) -> None:
    ledger.record([finish(0, 0.1)])
    more = Metrics(("loss",), 4, numpy.asarray([[[7.0]]]))
    ledger.record([replace(finish(0, 0.2), metrics=more, weights=None)])
    assert repr(ledger.curves("loss")[0]) == repr([1.0, 1.0, nan, 7.0])


def test_attempts_are_counted_over_processes_and_one_that_goes_on_keeps_its_number(
    tmp_path: Path, study: StudyRecord, trials: Sequence[Trial], finish: Finish
) -> None:
    with open_study(SQLite(), tmp_path / "run", "maximize") as ledger:
        ledger.describe(study)
        ledger.add_round(trials)
        assert ledger.begin([0, 1]) == (1, 1)
        ledger.record([waits(finish(0, None))])
    with open_study(SQLite(), tmp_path / "run", "maximize") as ledger:
        assert ledger.begin([0, 1, 2]) == (1, 2, 1)


def test_weights_of_the_best_are_kept_and_of_equals_those_of_the_lower_index(
    tmp_path: Path, ledger: StudyLedger, finish: Finish
) -> None:
    ledger.record([finish(7, 0.5), finish(6, 0.5), finish(5, 0.9)])
    ledger.record([finish(4, 0.5), finish(3, 0.1), finish(2, None)])
    assert names(tmp_path / "run") == ["trial-4", "trial-5", "trial-6"]
    assert (ledger.weights(4)["layer1.weight"] == 4).all()
    with pytest.raises(StoreError, match="no weights of trial 7"):
        ledger.weights(7)


def test_the_goal_decides_who_is_best(
    tmp_path: Path, study: StudyRecord, trials: Sequence[Trial], finish: Finish
) -> None:
    with open_study(SQLite(keep=1), tmp_path / "low", "minimize") as ledger:
        ledger.describe(study)
        ledger.add_round(trials)
        ledger.record([finish(0, 3.0)])
        ledger.record([finish(1, 2.0), finish(2, nan), finish(3, -inf, attempt=1)])
        assert names(tmp_path / "low") == ["trial-3"]


def test_recording_twice_changes_nothing(tmp_path: Path, ledger: StudyLedger, finish: Finish) -> None:
    ledger.record([finish(0, 0.5)])
    before = told(ledger), names(tmp_path / "run")
    ledger.record([finish(0, 0.5)])
    assert (told(ledger), names(tmp_path / "run")) == before


def test_files_of_others_in_models_are_left_alone(tmp_path: Path, ledger: StudyLedger, finish: Finish) -> None:
    ledger.record([finish(0, 0.5)])
    (tmp_path / "run" / "models" / "best.safetensors").write_bytes(b"mine")
    ledger.record([finish(1, 0.6), finish(2, 0.7), finish(3, 0.8)])
    assert (tmp_path / "run" / "models" / "best.safetensors").read_bytes() == b"mine"


def test_nothing_is_read_twice_from_the_store(tmp_path: Path, ledger: StudyLedger, finish: Finish) -> None:
    ledger.close()
    asked = list[str]()
    with open_study(SQLite(), tmp_path / "run", "maximize") as again:
        rows = again._ledger
        assert isinstance(rows, SQLiteLedger)
        rows._connection.set_trace_callback(asked.append)
        again.record([finish(0, 0.5), finish(1, 0.5)])
        again.settle([replace(finish(1, 0.5).trial, state=TrialState.PRUNED)])
        for _ in range(3):
            assert [trial.state.value for trial in again.trials()] == ["finished", "pruned", *["queued"] * 6]
            assert list(again.curves("loss")) == [0, 1]
    assert len([query for query in asked if query.startswith("SELECT") and "FROM trial ORDER" in query]) == 0
    assert len([query for query in asked if query.startswith("SELECT") and "JOIN curve" in query]) == 1


@pytest.mark.parametrize("after", [False, True])
def test_an_interrupt_of_a_commit_loses_no_trial(
    tmp_path: Path, ledger: StudyLedger, finish: Finish, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    commit = ledger._ledger.commit

    def interrupted(changes: Changes, durable: bool = True) -> None:
        if after:
            commit(changes, durable)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger._ledger, "commit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ledger.record([finish(0, 0.5)])
    ours = told(ledger)
    ledger.close()
    with read_study(SQLite(), tmp_path / "run") as view:
        assert told(view) == ours
        assert view.trials()[0].state is TrialState.FINISHED


def test_checkpoints_that_a_killed_process_left_of_ended_trials_are_dropped(
    tmp_path: Path, ledger: StudyLedger, finish: Finish
) -> None:
    ledger.record([finish(0, 0.5), waits(finish(1, None))])
    ledger.close()
    left = [tmp_path / "run" / "trials" / str(trial) / "checkpoint.safetensors" for trial in (0, 1)]
    for file in left:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    open_study(SQLite(), tmp_path / "run", "minimize").close()
    assert [file.exists() for file in left] == [False, True]
