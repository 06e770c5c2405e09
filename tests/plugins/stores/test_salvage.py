"""Salvage: the damaged database stands beside the recovered one, and there is one at each moment."""

from pathlib import Path

import pytest
from caviar_plugins.stores.salvage import put_aside


def test_the_old_database_and_its_log_stand_aside_and_the_new_one_in_its_place(tmp_path: Path) -> None:
    path, new = tmp_path / "study.sqlite", tmp_path / "new.sqlite"
    path.write_text("old")
    path.with_name("study.sqlite-wal").write_text("log")
    new.write_text("new")
    put = put_aside(path, new)
    assert [each.read_text() for each in put] == ["old", "log"]
    assert path.read_text() == "new"
    assert not new.exists()


def test_a_database_of_which_nothing_is_left_stands_aside_alone(tmp_path: Path) -> None:
    path = tmp_path / "study.sqlite"
    path.write_text("old")
    (put,) = put_aside(path, None)
    assert put.read_text() == "old"
    assert not path.exists()


def test_where_the_new_database_cannot_take_its_place_the_old_one_is_still_there(tmp_path: Path) -> None:
    path = tmp_path / "study.sqlite"
    path.write_text("old")
    with pytest.raises(FileNotFoundError):
        put_aside(path, tmp_path / "missing.sqlite")
    assert path.read_text() == "old"
