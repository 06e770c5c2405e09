"""The power fails between two system calls: what was not synced is gone, and no trial that was reported is."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.disk import KEPT, Disk, File
from tests.faults.small import ended, outcome, run, small
from tests.faults.strace import Call, needs_strace, recorded

pytestmark = [needs_strace, pytest.mark.slow]
LOSSES = 30
SEARCHES = {"plain": [], "pruned": ["--set", "search.pruner=successive-halving"]}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("power"))


@pytest.fixture(scope="module", params=SEARCHES)
def search(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def calls(home: Path, search: str) -> list[Call]:
    return recorded(home, search, *SEARCHES[search])


@pytest.fixture(scope="module")
def whole(home: Path, calls: list[Call], search: str) -> dict[str, Any]:
    return outcome(home, search)


def played(home: Path, search: str, calls: list[Call]) -> Disk:
    disk = Disk(home.parent)
    for call in calls:
        disk.play(call)
    return disk


def reported(disk: Disk, folder: Path) -> set[int]:
    """The trials that the run had reported as ended; a pruner's decisions are made again until they are durable."""
    file = disk.names.get(str(folder / "trials.jsonl"))
    lines = [json.loads(line) for line in file.content.splitlines()] if file else []
    return {line["trial"] for line in lines if line["state"] != "pruned"}


def lay_out(files: dict[str, bytes | None], search: str, folder: Path) -> None:
    """The files of a run, as those of a run in another folder."""
    for name, content in files.items():
        if name.split("/")[0] != search:
            continue
        path = folder / name.removeprefix(search).lstrip("/")
        if content is None:
            path.mkdir(parents=True)
        else:
            path.write_bytes(content)


def test_the_replayed_disk_is_the_disk(home: Path, search: str, calls: list[Call]) -> None:
    disk = played(home, search, calls)
    files = {Path(path): file.content for path, file in disk.names.items() if isinstance(file, File)}
    there = {path: path.read_bytes() for path in (home.parent / search).rglob("*") if path.is_file()}
    assert {path: files.get(path) for path in there} == there
    assert {path for path in files if path.is_relative_to(home.parent / search)} == there.keys()


@pytest.mark.parametrize("loss", range(LOSSES))
def test_after_a_power_loss_no_reported_trial_is_lost_and_the_bits_are_the_same(
    home: Path, search: str, calls: list[Call], whole: dict[str, Any], loss: int
) -> None:
    draw, folder = Random(f"{search} {loss}"), str(home.parent / search)
    moments = [place for place, call in enumerate(calls) if any(path.startswith(folder) for path in call.paths)]
    disk = played(home, search, calls[: draw.choice(moments) + 1])
    into = f"{search} {loss}"
    lay_out(disk.after_power_loss(draw, KEPT[loss % len(KEPT)]), search, home.parent / into)
    before = ended(home, into)
    assert reported(disk, home.parent / search / "p") <= before.keys()
    run(home, into, *SEARCHES[search])
    assert before.items() <= ended(home, into).items()
    assert outcome(home, into) == whole
