"""Rows kept in SQLite come back as they were."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from caviar.plugin import Changes, Ledger, StoreError, StudyRecord, TimedPopulation, Trial
from caviar.testing import StoreContract
from caviar_plugins.stores.ledger import SQLiteLedger
from caviar_plugins.stores.rows import trial_of, trial_row
from caviar_plugins.stores.sqlite import SQLite
from hypothesis import given
from hypothesis import strategies as st

TRIALS: Mapping[int, Trial] = {index: Trial(index, 0, (index / 7,), {"rate": 0.1}) for index in range(3)}


class TestSQLite(StoreContract):
    store = SQLite()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with SQLite().open(tmp_path / "run") as ledger:
        ledger.commit(Changes(StudyRecord('name = "x"\n', {}, "abc", {}, "r2", "maximize"), TRIALS))
        yield ledger


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
    trial = Trial(3, 1, point, values, metrics=metrics)
    assert repr(trial_of(trial_row(trial))) == repr(trial)


@pytest.mark.usefixtures("ledger")
def test_a_second_process_is_refused_with_the_id_of_the_process_that_holds_the_run(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\nfrom caviar import StoreError\nfrom caviar_plugins.stores.sqlite import SQLite\n"
        "import sys\ntry:\n    SQLite().open(Path(sys.argv[1]))\nexcept StoreError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "run"], capture_output=True, text=True, check=True
    ).stdout
    assert f"run: in use by process {os.getpid()} on " in told


@pytest.mark.usefixtures("ledger")
def test_a_read_only_ledger_refuses_to_record(tmp_path: Path) -> None:
    with SQLite().read(tmp_path / "run") as reading, pytest.raises(StoreError, match="opened read-only"):
        reading.commit(Changes(trials=TRIALS))


def test_reading_a_study_leaves_no_files(tmp_path: Path, ledger: Ledger) -> None:
    ledger.close()
    before = sorted((tmp_path / "run").iterdir())
    with SQLite().read(tmp_path / "run") as reading:
        reading.trials()
    assert sorted((tmp_path / "run").iterdir()) == before


def test_a_study_that_is_not_there_is_reported_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no study; `pipe run` of its pipeline starts one"):
        SQLite().read(tmp_path / "run")


def test_every_durable_commit_is_synced_and_no_other(ledger: Ledger) -> None:
    """A process cannot survive a power loss to tell; what SQLite documents for it are these settings."""
    assert isinstance(ledger, SQLiteLedger)
    assert ledger._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    levels = list[int]()

    def at_commit(statement: str) -> None:
        if statement == "COMMIT":
            levels.append(ledger._connection.execute("PRAGMA synchronous").fetchone()[0])

    ledger._connection.set_trace_callback(at_commit)
    ledger.commit(Changes(trials=TRIALS))
    ledger.commit(Changes(populations=({0: 1},)), durable=False)
    ledger.commit(Changes(trials=TRIALS))
    assert levels == [2, 1, 2]  # FULL, NORMAL


POPULATIONS = tuple(
    TimedPopulation("host 7", 1.25 + each, 0, (each, each + 1), (3, 2), (0.5, 0.25)) for each in range(2)
)


def test_of_a_damaged_timeline_the_rows_that_are_as_they_were_written_are_recovered(
    ledger: Ledger, tmp_path: Path
) -> None:
    for each in POPULATIONS:
        ledger.commit(Changes(timeline=(each,)))
    assert ledger.timeline() == POPULATIONS
    ledger.close()
    with closing(sqlite3.connect(tmp_path / "run" / "study.sqlite")) as connection, connection:
        connection.execute("UPDATE timeline SET populations = replace(populations, '0.5', '0.6') WHERE number = 1")
    with SQLite().read(tmp_path / "run") as reading:
        assert [*map(repr, reading.trials())] == [*map(repr, TRIALS.values())]
        with pytest.raises(StoreError, match="damaged"):
            reading.timeline()
    assert SQLite().salvage(tmp_path / "run").timeline == POPULATIONS[1:]
