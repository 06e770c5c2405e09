"""A study kept in SQLite comes back as it was."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf, isnan, nan
from pathlib import Path

import numpy
import pytest
from caviar import Ledger, Metrics, StoreError, StudyRecord, Trial, TrialRecord, TrialState
from caviar_plugins.stores.ledger import SQLiteLedger
from caviar_plugins.stores.sqlite import SQLite
from hypothesis import given
from hypothesis import strategies as st

Finish = Callable[..., TrialRecord]


def names(folder: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[0] for path in (folder / "models").iterdir())


def test_a_new_study_is_about_nothing(tmp_path: Path) -> None:
    with SQLite().open(tmp_path / "deep" / "run", "maximize") as ledger:
        assert ledger.study() is None
        assert ledger.trials() == ()


def test_a_study_outlives_its_ledger(
    tmp_path: Path, ledger: Ledger, study: StudyRecord, trials: Sequence[Trial], finish: Finish
) -> None:
    ledger.record([finish(1, 0.5)])
    before = ledger.trials()
    ledger.close()
    with SQLite().open(tmp_path / "run", "maximize") as again:
        assert again.study() == study
        assert repr(again.trials()) == repr(before)
        assert again.trials()[1].state is TrialState.FINISHED
        assert again.curves("loss") == {1: [1.0, 1.0]}
        assert (again.weights(1)["layer1.weight"] == 1).all()


@given(
    st.dictionaries(
        st.text(min_size=1),
        st.recursive(
            st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text() | st.booleans(),
            lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
            max_leaves=5,
        ),
    ),
    st.lists(st.floats(), max_size=4).map(tuple),
    st.dictionaries(st.text(), st.floats()),
)
def test_values_come_back_to_the_bit_and_to_the_type(
    values: dict[str, object], point: tuple[float, ...], metrics: dict[str, float]
) -> None:
    from caviar_plugins.stores.rows import trial_of, trial_row

    trial = Trial(3, 1, point, values, metrics=metrics)
    assert repr(trial_of(trial_row(trial))) == repr(trial)


def test_a_retry_splices_no_two_attempts(ledger: Ledger, finish: Finish) -> None:
    assert ledger.begin([0, 1]) == (1, 1)
    failed = replace(finish(0, None, attempt=1, epochs=5), weights=None)
    ledger.record([replace(failed, trial=replace(failed.trial, state=TrialState.FAILED, reason="killed"))])
    assert ledger.begin([0, 1]) == (2, 2)
    ledger.record([finish(0, 0.5, attempt=2, epochs=3)])
    assert ledger.curves("accuracy") == {0: [2.0, 2.0, 2.0]}


def test_attempts_are_counted_trial_by_trial(ledger: Ledger) -> None:
    assert ledger.begin([0, 1]) == (1, 1)
    assert ledger.begin([1, 2]) == (2, 1)
    assert ledger.begin([3]) == (1,)


def test_a_trial_that_goes_on_goes_on_with_its_attempt_and_its_curve(ledger: Ledger, finish: Finish) -> None:
    assert ledger.begin([0]) == (1,)
    first = finish(0, None, attempt=1, epochs=2)
    ledger.record([replace(first, trial=replace(first.trial, state=TrialState.RUNNING))])
    ledger.settle([replace(first.trial, state=TrialState.QUEUED)])
    assert ledger.trials()[0].state is TrialState.QUEUED
    assert ledger.begin([0, 1]) == (1, 1)
    rest = finish(0, 0.5, attempt=1, epochs=3)
    assert rest.metrics is not None
    ledger.record([replace(rest, metrics=replace(rest.metrics, first=3))])
    assert len(ledger.curves("accuracy")[0]) == 5


def test_the_training_state_of_a_waiting_trial_is_kept_whatever_its_rank_and_dropped_when_it_is_pruned(
    ledger: Ledger, finish: Finish
) -> None:
    waiting = finish(3, None)
    ledger.record([replace(waiting, trial=replace(waiting.trial, state=TrialState.RUNNING))])
    for index in range(3):
        ledger.record([finish(index, 0.5)])
    assert ledger.weights(3)
    ledger.settle([replace(waiting.trial, state=TrialState.PRUNED)])
    with pytest.raises(StoreError, match="no weights of trial 3"):
        ledger.weights(3)


def test_numbers_that_json_lacks_come_back(ledger: Ledger, finish: Finish) -> None:
    record = finish(2, -inf)
    rows = Metrics(("loss",), 1, numpy.asarray([[[nan], [inf]]]))
    ledger.record([replace(record, trial=replace(record.trial, metrics={"a": nan, "b": -inf}), metrics=rows)])
    trial = ledger.trials()[2]
    assert trial.objective == -inf
    assert isnan(trial.metrics["a"])
    assert trial.metrics["b"] == -inf
    assert isnan(ledger.curves("loss")[2][0])
    assert ledger.curves("loss")[2][1] == inf


def test_later_rows_of_an_attempt_continue_its_curve(ledger: Ledger, finish: Finish) -> None:
    ledger.record([finish(0, 0.1)])
    more = Metrics(("loss",), 4, numpy.asarray([[[7.0]]]))
    ledger.record([replace(finish(0, 0.2), metrics=more, weights=None)])
    assert repr(ledger.curves("loss")[0]) == repr([1.0, 1.0, nan, 7.0])


def test_weights_of_the_best_are_kept_and_of_equals_those_of_the_lower_index(
    tmp_path: Path, ledger: Ledger, finish: Finish
) -> None:
    ledger.record([finish(7, 0.5), finish(6, 0.5), finish(5, 0.9)])
    ledger.record([finish(4, 0.5), finish(3, 0.1), finish(2, None)])
    assert names(tmp_path / "run") == ["trial-4", "trial-5", "trial-6"]
    assert (ledger.weights(4)["layer1.weight"] == 4).all()
    with pytest.raises(StoreError, match=r"no weights of trial 7; only those of the best finished trials are kept"):
        ledger.weights(7)


def test_the_goal_decides_who_is_best(
    tmp_path: Path, study: StudyRecord, trials: Sequence[Trial], finish: Finish
) -> None:
    with SQLite(keep=1).open(tmp_path / "low", "minimize") as ledger:
        ledger.describe(study)
        ledger.add_round(0, trials)
        ledger.record([finish(0, 3.0)])
        ledger.record([finish(1, 2.0), finish(2, nan)])
        assert names(tmp_path / "low") == ["trial-1"]


def test_recording_twice_changes_nothing(tmp_path: Path, ledger: Ledger, finish: Finish) -> None:
    ledger.record([finish(0, 0.5)])
    before = ledger.trials(), ledger.curves("loss"), names(tmp_path / "run")
    ledger.record([finish(0, 0.5)])
    assert repr((ledger.trials(), ledger.curves("loss"), names(tmp_path / "run"))) == repr(before)


def test_one_bad_record_takes_the_others_back(tmp_path: Path, ledger: Ledger, finish: Finish) -> None:
    stranger = replace(finish(1, 0.9), trial=Trial(99, 0, (), {}))
    with pytest.raises(LookupError, match="trial 99 was never added"):
        ledger.record([finish(0, 0.5), stranger])
    assert not any(trial.state.done for trial in ledger.trials())
    assert ledger.curves("loss") == {}


def test_a_second_process_is_refused_and_told_who_holds_the_run(tmp_path: Path, ledger: Ledger) -> None:
    code = (
        "from pathlib import Path\nfrom caviar import StoreError\nfrom caviar_plugins.stores.sqlite import SQLite\n"
        "import sys\ntry:\n    SQLite().open(Path(sys.argv[1]), 'maximize')\nexcept StoreError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "run"], capture_output=True, text=True, check=True
    ).stdout
    assert f"run: in use by process {os.getpid()} on " in told


def test_a_study_can_be_looked_at_while_it_goes_on(tmp_path: Path, ledger: Ledger, finish: Finish) -> None:
    ledger.record([finish(0, 0.5)])
    with SQLite().read(tmp_path / "run") as looking:
        assert looking.trials()[0].objective == 0.5
        assert (looking.weights(0)["layer1.weight"] == 0).all()
        with pytest.raises(StoreError, match="for looking only"):
            looking.record([finish(1, 0.5)])


def test_looking_at_a_study_leaves_no_files(tmp_path: Path, ledger: Ledger) -> None:
    ledger.close()
    before = sorted((tmp_path / "run").iterdir())
    with SQLite().read(tmp_path / "run") as looking:
        looking.trials()
    assert sorted((tmp_path / "run").iterdir()) == before


def test_looking_for_a_study_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such study; give the folder of a run"):
        SQLite().read(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_files_of_others_in_models_are_left_alone(tmp_path: Path, ledger: Ledger, finish: Finish) -> None:
    ledger.record([finish(0, 0.5)])
    (tmp_path / "run" / "models" / "best.safetensors").write_bytes(b"mine")
    ledger.record([finish(1, 0.6), finish(2, 0.7), finish(3, 0.8)])
    assert (tmp_path / "run" / "models" / "best.safetensors").read_bytes() == b"mine"


def test_every_commit_is_synced(tmp_path: Path) -> None:
    """A process cannot survive a power loss to tell; what SQLite documents for it are these settings."""
    with SQLite().open(tmp_path / "run", "maximize") as ledger:
        assert isinstance(ledger, SQLiteLedger)
        connection = ledger._connection
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
