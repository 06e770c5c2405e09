"""Damaged files of a study: found and named, never a traceback, never a wrong result."""

import os
import random
import sqlite3
from contextlib import suppress
from pathlib import Path

import numpy
import pytest
from caviar import Ledger, Metrics, StoreError, StudyRecord, Trial, TrialRecord, TrialState
from caviar_plugins.stores.sqlite import SQLite


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with one finished trial."""
    folder = tmp_path / "run"
    trial = Trial(0, 0, (0.5,), {"optimizer.learning_rate": 0.1})
    with SQLite().open(folder, "maximize") as ledger:
        ledger.describe(StudyRecord("", {}, "", {}, "loss", "maximize"))
        ledger.add_round(0, [trial])
        metrics = Metrics(("loss",), 1, numpy.zeros((1, 100, 1)))
        done = Trial(0, 0, (0.5,), trial.values, TrialState.FINISHED, 100, {}, 0.5)
        ledger.record([TrialRecord(done, ledger.begin([0])[0], metrics, {"w": numpy.ones(100, numpy.float32)})])
    return folder


def weight_file(run: Path) -> Path:
    return next((run / "models").iterdir())


def read_all(ledger: Ledger) -> None:
    with ledger:
        ledger.study()
        ledger.trials()
        ledger.curves("loss")
        ledger.weights(0)


def refused(run: Path) -> str:
    """What is said when the study is opened and read, to work on and to look at."""
    with pytest.raises(StoreError) as to_work:
        read_all(SQLite().open(run, "maximize"))
    with pytest.raises(StoreError) as to_look:
        read_all(SQLite().read(run))
    assert str(to_work.value) == str(to_look.value)
    return str(to_work.value)


def test_text_is_no_study(run: Path) -> None:
    (run / "study.sqlite").write_text("once upon a time, " * 100)
    assert refused(run).endswith("study.sqlite: not a study, nor any SQLite database; move it away and run again")


def test_a_truncated_database_is_damaged(run: Path) -> None:
    os.truncate(run / "study.sqlite", 4096 * 3)
    assert "study.sqlite: damaged; move the run's folder away" in refused(run)


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


@pytest.mark.parametrize(("version", "words"), [(4, "a newer Caviar"), (2, "an older Caviar")])
def test_another_format_is_named(run: Path, version: int, words: str) -> None:
    connection = sqlite3.connect(run / "study.sqlite")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    assert f"{words} (format {version}, this one knows 3)" in refused(run)


def test_words_where_json_belongs_are_damage(run: Path) -> None:
    connection = sqlite3.connect(run / "study.sqlite")
    connection.execute('UPDATE trial SET "values" = ?', ("{half",))
    connection.commit()
    connection.close()
    assert "study.sqlite: damaged" in refused(run)


def test_a_folder_in_the_databases_place_is_told(run: Path) -> None:
    (run / "study.sqlite").unlink()
    (run / "study.sqlite").mkdir()
    assert "study.sqlite: a folder, not a study; move it away" in refused(run)


@pytest.mark.parametrize("name", ["study.sqlite", "models"])
def test_links_are_not_followed(run: Path, tmp_path: Path, name: str) -> None:
    (run / name).rename(tmp_path / "elsewhere")
    (run / name).symlink_to(tmp_path / "elsewhere")
    assert f"{name}: a link, which is not followed" in refused(run)


def test_a_file_in_the_runs_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(StoreError, match="run: cannot be used: File exists"):
        SQLite().open(tmp_path / "run", "maximize")


def test_an_empty_file_is_a_study_that_never_began(run: Path) -> None:
    (run / "study.sqlite").write_bytes(b"")
    with SQLite().open(run, "maximize") as ledger:
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
    with SQLite().read(run) as ledger, pytest.raises(StoreError, match=file.name):
        ledger.weights(0)


def test_a_path_out_of_the_run_is_not_read(run: Path) -> None:
    connection = sqlite3.connect(run / "study.sqlite")
    connection.execute("UPDATE artifact SET path = 'models/../../secret'")
    connection.commit()
    connection.close()
    with SQLite().read(run) as ledger, pytest.raises(StoreError, match="outside models/"):
        ledger.weights(0)


def test_flipped_bits_never_end_in_a_traceback(run: Path) -> None:
    draw = random.Random(1)
    content = (run / "study.sqlite").read_bytes()
    for _ in range(300):
        harmed = bytearray(content)
        for _ in range(draw.choice((1, 1, 20))):
            harmed[draw.randrange(len(harmed))] ^= 1 << draw.randrange(8)
        (run / "study.sqlite").write_bytes(harmed)
        with suppress(StoreError):
            read_all(SQLite().read(run))
