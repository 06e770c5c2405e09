"""Links and names in a run's folder: whatever lies where a run writes, no file outside the folder changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import pipe
from tests.faults.small import outcome, run, small

pytestmark = pytest.mark.slow
SECRET = b"not yours\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that ended, and a file that is none of its business."""
    file = small(tmp_path_factory.mktemp("links"))
    run(file, "whole")
    (file.parent / "secret").write_bytes(SECRET)
    return file.parent


def files_of(home: Path) -> list[str]:
    """The names in the run's folder, and those that SQLite's files have while it runs."""
    folder = home / "whole" / "p"
    names = [str(file.relative_to(folder)) for file in sorted(folder.rglob("*")) if file.is_file()]
    return [*names, "study.sqlite-wal", "study.sqlite-shm", "study.sqlite-journal"]


def linked(home: Path, into: str, names: list[str]) -> None:
    """A copy of the run whose last trials were not trained yet, with links to the secret at these names."""
    folder = home / into / "p"
    folder.mkdir(parents=True)
    (folder / "models").mkdir()
    for name in names:
        (folder / name).symlink_to(home / "secret")


def test_links_at_the_names_of_unfinished_files_are_replaced(home: Path) -> None:
    linked(home, "parts", [f"{name}.part" for name in files_of(home)])
    run(home / "p.toml", "parts")
    assert (home / "secret").read_bytes() == SECRET
    left = [file for file in (home / "parts").rglob("*") if file.is_symlink()]
    assert {file.name for file in left} <= {"study.lock.part", *(f"study.sqlite{end}.part" for end in ENDS)}
    assert outcome(home / "p.toml", "parts")["rows"] == outcome(home / "p.toml", "whole")["rows"]


ENDS = ("", "-wal", "-shm", "-journal")


def test_a_link_at_the_name_of_any_file_is_refused_or_replaced(home: Path) -> None:
    for number, name in enumerate(files_of(home)):
        into = f"link {number}"
        linked(home, into, [name])
        done = pipe(home, "run", "p.toml", "--runs", into, "--json")
        assert (home / "secret").read_bytes() == SECRET, name
        assert done.returncode == 0 or "link" in done.stderr, (name, done.stderr)
        shutil.rmtree(home / into)


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "..", ".", "a\\x00b", "a\\nb", ""])
def test_a_name_cannot_leave_the_folder_of_runs(home: Path, name: str) -> None:
    before = sorted(home.iterdir())
    done = pipe(home, "run", "p.toml", "--runs", "inside", "--set", f'name="{name}"')
    assert done.returncode == 2
    assert "name" in done.stderr
    assert sorted(home.iterdir()) == before
