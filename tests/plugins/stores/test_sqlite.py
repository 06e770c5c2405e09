"""A study kept in SQLite comes back as it was."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import nan
from pathlib import Path

import numpy
import pytest
from caviar.plugin import Ledger, Metrics, StoreError, StudyRecord, Trial, TrialRecord, TrialState
from caviar.testing import StoreContract
from caviar_plugins.stores.ledger import SQLiteLedger
from caviar_plugins.stores.sqlite import SQLite
from hypothesis import given
from hypothesis import strategies as st

Finish = Callable[..., TrialRecord]


class TestSQLite(StoreContract):
    store = SQLite()


def names(folder: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[0] for path in (folder / "models").iterdir())


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


def test_a_read_only_ledger_refuses_to_record(tmp_path: Path, ledger: Ledger, finish: Finish) -> None:
    with SQLite().read(tmp_path / "run") as looking, pytest.raises(StoreError, match="opened read-only"):
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


def test_what_has_not_changed_is_not_read_again(ledger: Ledger, finish: Finish) -> None:
    assert isinstance(ledger, SQLiteLedger)
    ledger.record([finish(0, 0.5), finish(1, 0.5)])
    ledger.trials(), ledger.curves("loss")
    asked = list[str]()
    ledger._connection.set_trace_callback(asked.append)
    ledger.settle([replace(finish(1, 0.5).trial, state=TrialState.PRUNED)])
    asked.clear()
    for _ in range(2):
        assert [trial.state.value for trial in ledger.trials()] == ["finished", "pruned", *["queued"] * 6]
        assert list(ledger.curves("loss")) == [0, 1]
    read = [query for query in asked if query.startswith("SELECT")]
    assert len(read) == 2
    assert all("json_each('[1]')" in query for query in read)
