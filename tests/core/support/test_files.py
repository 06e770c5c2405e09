"""Files that are there whole: what lies in their way is never followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from caviar.plugin import open_plain, write_atomically
from caviar.support.files import straight, why_unreadable


@pytest.mark.parametrize("name", ["file", "file.part"])
def test_a_link_in_the_way_is_replaced_and_what_it_leads_to_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").write_text("mine")
    (tmp_path / name).symlink_to("other")
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "other").read_text() == "mine"
    assert not (tmp_path / "file").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"
    assert sorted(os.listdir(tmp_path)) == ["file", "other"]


@pytest.mark.parametrize("name", ["", "no folder/model"])
def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="directory") as raised:
        write_atomically(tmp_path / name, b"new")
    assert raised.value.filename == str(tmp_path / name)


def test_what_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_text("half of somethi")
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize(("kind", "told"), [("link", "a link"), ("folder", "a folder"), ("pipe", "not a regular file")])
def test_only_plain_files_are_read(tmp_path: Path, kind: str, told: str) -> None:
    file = tmp_path / "file"
    if kind == "link":
        (tmp_path / "other").write_text("mine")
        file.symlink_to("other")
    elif kind == "folder":
        file.mkdir()
    else:
        os.mkfifo(file)
    with pytest.raises(OSError, match="file") as caught:
        open_plain(file)
    assert why_unreadable(caught.value).startswith(told)


def test_a_detour_is_taken_out_of_a_path_and_links_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b")
    assert straight(tmp_path / "a" / ".." / "x") == tmp_path / "x"
    assert straight(tmp_path / "link" / ".." / "x") == tmp_path / "a" / "x", "where the system would look"
    assert straight(tmp_path / "link" / "x") == tmp_path / "link" / "x"
