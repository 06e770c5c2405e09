"""Damaged files of a study: found and named, never a traceback, never a wrong result."""

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.engine.storage.study_ledger import TrialRecord, open_study
from caviar.engine.storage.study_view import StudyView, read_study
from caviar.plugin import Metrics, StoreError, StudyRecord, Trial, TrialState
from caviar_plugins.stores.rows import ARTIFACT, STORED, STUDY, signed
from caviar_plugins.stores.schema import VERSION
from caviar_plugins.stores.sqlite import SQLite
from caviar_plugins.stores.store_errors import store_errors


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with one finished trial."""
    folder = tmp_path / "run"
    trial = Trial(0, 0, (0.5,), {"optimizer.learning_rate": 0.1})
    with open_study(SQLite(), folder, "maximize") as ledger:
        ledger.describe(StudyRecord("", {}, "", {}, "loss", "maximize"))
        ledger.add_round([trial])
        metrics = Metrics(("loss",), 1, numpy.zeros((1, 100, 1)))
        done = Trial(0, 0, (0.5,), trial.values, TrialState.FINISHED, 100, {"loss": 0.5}, 0.5)
        ledger.record([TrialRecord(done, ledger.begin([0])[0], metrics, {"w": numpy.ones(100, numpy.float32)})])
    return folder


def weight_file(run: Path) -> Path:
    return next((run / "models").iterdir())


def read_all(ledger: StudyView) -> None:
    with ledger:
        ledger.study()
        ledger.trials()
        ledger.curves("loss")
        ledger.weights(0)


def refused(run: Path) -> str:
    """What is said when the study is opened and read, to work on and to look at."""
    with pytest.raises(StoreError) as to_work:
        read_all(open_study(SQLite(), run, "maximize"))
    with pytest.raises(StoreError) as to_look:
        read_all(read_study(SQLite(), run))
    assert str(to_work.value) == str(to_look.value)
    return str(to_work.value)


def execute(run: Path, *statements: str) -> None:
    with closing(sqlite3.connect(run / "study.sqlite", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def forge(run: Path, table: str, columns: str, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
    """Changes the one row of a table, and its checksum with it; `columns` end with the checksum's."""
    with closing(sqlite3.connect(run / "study.sqlite", isolation_level=None)) as connection:
        row = connection.execute(f"SELECT {columns} FROM {table}").fetchone()
        marks = ", ".join("?" for _ in row)
        connection.execute(f"UPDATE {table} SET ({columns}) = ({marks})", signed(change(row[:-1])))


def test_text_is_no_study(run: Path) -> None:
    (run / "study.sqlite").write_text("once upon a time, " * 100)
    assert "study.sqlite: not a study, nor any SQLite database; `pipe doctor" in refused(run)


def test_a_truncated_database_is_damaged(run: Path) -> None:
    os.truncate(run / "study.sqlite", 4096 * 3)
    assert f"study.sqlite: damaged; `pipe doctor {run}` says what is left, and recovers it" in refused(run)


def test_zeros_are_no_study(run: Path) -> None:
    (run / "study.sqlite").write_bytes(bytes(8192))
    assert "not a study" in refused(run)


def test_another_programs_database_is_left_as_it_is(run: Path) -> None:
    (run / "study.sqlite").unlink()
    other = sqlite3.connect(run / "study.sqlite")
    other.execute("CREATE TABLE trial (theirs)")
    other.commit()
    other.close()
    before = (run / "study.sqlite").read_bytes()
    assert "study.sqlite: another program's database" in refused(run)
    assert (run / "study.sqlite").read_bytes() == before


@pytest.mark.parametrize(("version", "words"), [(VERSION + 1, "a newer Caviar"), (VERSION - 1, "an older Caviar")])
def test_another_format_is_named(run: Path, version: int, words: str) -> None:
    connection = sqlite3.connect(run / "study.sqlite")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    assert f"{words} (format {version}, this one knows {VERSION})" in refused(run)


@pytest.mark.parametrize("column", ["type", "name", "tbl_name"])
def test_a_name_in_the_schema_that_became_bytes_is_damage(run: Path, column: str) -> None:
    change = f"UPDATE sqlite_master SET {column} = CAST({column} AS BLOB) WHERE name = 'attempt'"
    execute(run, "PRAGMA writable_schema = ON", change)
    assert "damaged; `pipe doctor" in refused(run)


def test_words_where_json_belongs_are_damage(run: Path) -> None:
    connection = sqlite3.connect(run / "study.sqlite")
    connection.execute('UPDATE trial SET "values" = ?', ("{half",))
    connection.commit()
    connection.close()
    assert "study.sqlite: damaged" in refused(run)


def test_a_folder_in_the_databases_place_is_reported(run: Path) -> None:
    (run / "study.sqlite").unlink()
    (run / "study.sqlite").mkdir()
    assert "study.sqlite: a folder, not a study; move it away" in refused(run)


@pytest.mark.parametrize("name", ["study.sqlite", "models"])
def test_links_are_not_followed(run: Path, tmp_path: Path, name: str) -> None:
    (run / name).rename(tmp_path / "elsewhere")
    (run / name).symlink_to(tmp_path / "elsewhere")
    assert f"{name}: a link, which is not followed" in refused(run)


def test_a_file_in_the_runs_place_is_reported(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(StoreError, match="run: cannot be used: File exists"):
        open_study(SQLite(), tmp_path / "run", "maximize")


def test_an_empty_file_is_a_study_that_never_began(run: Path) -> None:
    (run / "study.sqlite").write_bytes(b"")
    with open_study(SQLite(), run, "maximize") as ledger:
        assert ledger.trials() == ()


@pytest.mark.parametrize("harm", ["flip", "cut", "grow", "remove", "link"])
def test_changed_weights_are_found(run: Path, tmp_path: Path, harm: str) -> None:
    file = weight_file(run)
    content = file.read_bytes()
    file.unlink()
    if harm == "link":
        (tmp_path / "copy").write_bytes(content)
        file.symlink_to(tmp_path / "copy")
    elif harm != "remove":
        changed = {"flip": content[:-1] + bytes([content[-1] ^ 1]), "cut": content[:-1], "grow": content + b"x"}
        file.write_bytes(changed[harm])
    with read_study(SQLite(), run) as ledger, pytest.raises(StoreError, match=file.name):
        ledger.weights(0)


@pytest.mark.parametrize("path", ["models/../../secret", "models/trial-1-0123456789abcdef.safetensors"])
def test_a_path_that_is_not_the_trials_is_not_read(run: Path, path: str) -> None:
    forge(run, "artifact", f"{ARTIFACT}, checksum", lambda row: (row[0], path, *row[2:]))
    with (
        read_study(SQLite(), run) as ledger,
        pytest.raises(StoreError, match=f"gives trial 0 a file '{path}': damaged"),
    ):
        ledger.weights(0)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trial SET objective = 1.6183",
        "UPDATE trial SET attempt = 2",
        "UPDATE study SET goal = 'minimize'",
        "UPDATE artifact SET sha256 = 'other'",
        "UPDATE curve SET \"values\" = replace(\"values\", '0.0', '1.0')",
        "UPDATE round SET trials = 2",
        "DELETE FROM trial",
    ],
)
def test_a_row_that_is_not_as_it_was_written_is_damage(run: Path, change: str) -> None:
    execute(run, "PRAGMA foreign_keys = OFF", change)
    assert "study.sqlite: damaged" in refused(run)


def test_an_objective_that_is_not_the_metric_searched_for_is_damage_though_its_checksum_fits(run: Path) -> None:
    forge(run, "trial", STORED, lambda row: (*row[:6], 1.6183, *row[7:]))
    assert "study.sqlite: damaged" in refused(run)


def test_a_pipeline_that_is_no_toml_is_damage_though_its_checksum_fits(run: Path) -> None:
    forge(run, "study", f"{STUDY}, checksum", lambda row: ("{half", *row[1:]))
    assert "study.sqlite: damaged" in refused(run)


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("CREATE TRIGGER evil AFTER UPDATE ON trial BEGIN DELETE FROM study; END", "trigger evil"),
        ("CREATE TABLE more (x)", "table more"),
        ("CREATE VIEW more AS SELECT 1", "view more"),
        ("CREATE INDEX more ON trial (state)", "index more"),
        ("ALTER TABLE trial ADD COLUMN more", "table trial"),
    ],
)
def test_what_no_study_declares_is_refused(run: Path, declared: str, name: str) -> None:
    execute(run, declared)
    assert f"study.sqlite: the {name} is not that of a study: damaged" in refused(run)


def test_a_table_that_is_an_endless_view_is_not_read(run: Path) -> None:
    endless = "WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n) SELECT * FROM n"
    execute(run, "PRAGMA foreign_keys = OFF", "DROP VIEW metric", "DROP TABLE trial", f"CREATE VIEW trial AS {endless}")
    assert "is not that of a study: damaged" in refused(run)


def test_a_pipe_in_the_databases_place_is_reported(run: Path) -> None:
    (run / "study.sqlite").unlink()
    os.mkfifo(run / "study.sqlite")
    assert "study.sqlite: a device or pipe, not a study; move it away" in refused(run)


@pytest.mark.parametrize("harm", ["remove", "replace", "move"])
def test_a_study_that_goes_away_while_it_is_written_is_reported(run: Path, harm: str) -> None:
    ledger = open_study(SQLite(), run, "maximize")
    trial = ledger.trials()[0]
    if harm == "move":
        run.rename(run.with_name("elsewhere"))
    else:
        (run / "study.sqlite").unlink()
    if harm == "replace":
        (run / "study.sqlite").write_bytes(b"")
    with pytest.raises(StoreError, match="removed or replaced during the run"):
        ledger.record([TrialRecord(trial, 1, None, None)])
    with pytest.raises(StoreError, match=r"study\.sqlite: removed or replaced during the run"):
        ledger.close()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_PROTOCOL])
def test_a_file_system_without_what_sqlite_needs_is_reported_with_the_way_out(code: int) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    with pytest.raises(StoreError, match="choose a local folder for the runs"), store_errors(Path("study.sqlite")):
        raise error


def test_flipped_bits_never_end_in_a_traceback(run: Path) -> None:
    draw = random.Random(1)
    content = (run / "study.sqlite").read_bytes()
    for _ in range(300):
        harmed = bytearray(content)
        for _ in range(draw.choice((1, 1, 20))):
            harmed[draw.randrange(len(harmed))] ^= 1 << draw.randrange(8)
        (run / "study.sqlite").write_bytes(harmed)
        with suppress(StoreError):
            read_all(read_study(SQLite(), run))
