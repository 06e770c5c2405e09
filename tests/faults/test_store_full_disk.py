"""Disks that are full, limited or read-only: told in a sentence, and a later try succeeds."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy
import pytest
from caviar.engine.storage.study_ledger import StudyLedger, TrialRecord, open_study
from caviar.engine.storage.study_view import StudyView, read_study
from caviar.plugin import DiskFull, Metrics, StoreError, StudyRecord, Trial, TrialState
from caviar_plugins.stores.sqlite import SQLite

COUNT = 20
PIPELINE = """
name = "p"
data = { path = "rows.csv", target = "y" }
executor = "inline"
reporter = []
model = { layers = 2, units = 64 }
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 1 }
search = { baselines = false, trials = 40, round = 8 }
store = { use = "sqlite", keep = 40 }
"""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def begun(folder: Path) -> StudyLedger:
    ledger = open_study(SQLite(keep=2), folder, "maximize")
    ledger.describe(StudyRecord("", {}, "", {}, "loss", "maximize"))
    ledger.add_round([Trial(index, 0, (0.5,), {}) for index in range(COUNT)])
    return ledger


def record(ledger: StudyLedger, index: int) -> None:
    trial = Trial(index, 0, (0.5,), {}, TrialState.FINISHED, 200, {}, float(index))
    metrics = Metrics(("loss",), 1, numpy.full((1, 200, 1), float(index)))
    weights = {"w": numpy.full(5000, index, numpy.float32)}
    ledger.record([TrialRecord(trial, ledger.begin([index])[0], metrics, weights)])


def refusal(ledger: StudyLedger, index: int) -> str | None:
    """What is said when a trial cannot be recorded."""
    try:
        record(ledger, index)
    except StoreError as error:
        return str(error)
    return None


def check(ledger: StudyView, done: int) -> None:
    """The first `done` trials are there whole, the others not at all."""
    assert [trial.state.done for trial in ledger.trials()] == [index < done for index in range(COUNT)]
    assert ledger.curves("loss") == {index: [float(index)] * 200 for index in range(done)}
    for index in range(max(0, done - 2), done):
        assert (ledger.weights(index)["w"] == index).all()


def test_a_full_disk_takes_nothing_back_and_halves_nothing(small: Path) -> None:
    ballast = small / "ballast"
    failures = 0
    with begun(small / "run") as ledger:
        for index in range(COUNT):
            room = os.statvfs(small)
            fill = room.f_bavail * room.f_frsize - index * 4096
            if fill > 0:
                ballast.write_bytes(bytes(fill))
            said = refusal(ledger, index)
            if said:
                failures += 1
                assert "the disk is full; free some space and run the same command again" in said
                check(ledger, index)
                ballast.unlink()
                record(ledger, index)
            ballast.unlink(missing_ok=True)
            check(ledger, index + 1)
    assert failures > 3
    with read_study(SQLite(), small / "run") as ledger:
        check(ledger, COUNT)


def test_a_limit_on_file_sizes_takes_nothing_back_and_halves_nothing(tmp_path: Path) -> None:
    failures = 0
    with begun(tmp_path / "run") as ledger:
        for index in range(COUNT):
            with file_size_limit(1000 + 15_000 * index):
                said = refusal(ledger, index)
            if said:
                failures += 1
                assert str(tmp_path) in said
                check(ledger, index)
                record(ledger, index)
            check(ledger, index + 1)
    assert failures > 3


def test_a_read_only_disk_can_be_looked_at_and_says_so_when_written(small: Path) -> None:
    with begun(small / "run") as ledger:
        record(ledger, 0)
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    with pytest.raises(StoreError, match="the file system is read-only; choose another folder for the runs"):
        open_study(SQLite(), small / "run", "maximize")
    with pytest.raises(StoreError, match="the file system is read-only"):
        open_study(SQLite(), small / "new", "maximize")
    with read_study(SQLite(), small / "run") as looking:
        check(looking, 1)


def test_a_disk_that_is_full_from_the_start_is_reported(small: Path) -> None:
    room = os.statvfs(small)
    (small / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize))
    with pytest.raises(StoreError, match="the disk is full"):
        begun(small / "run")


@pytest.mark.parametrize("left", ["closed", "killed"])
def test_a_study_on_a_full_disk_can_be_looked_at(small: Path, left: str) -> None:
    with begun(small / "closed") as ledger:
        record(ledger, 0)
        shutil.copytree(small / "closed", small / "killed")
        (small / "killed" / "study.sqlite-shm").unlink()
    room = os.statvfs(small)
    (small / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize))
    with read_study(SQLite(), small / left) as looking:
        check(looking, 1)


def test_who_is_told_may_free_some_space_and_the_same_change_is_recorded(small: Path) -> None:
    told = []

    def freed(full: DiskFull, needed: int) -> None:
        told.append((full.path.is_relative_to(small), needed))
        (small / "ballast").unlink()

    with open_study(SQLite(keep=2), small / "run", "maximize", when_full=freed) as ledger:
        ledger.describe(StudyRecord("", {}, "", {}, "loss", "maximize"))
        ledger.add_round([Trial(index, 0, (0.5,), {}) for index in range(COUNT)])
        room = os.statvfs(small)
        (small / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize))
        record(ledger, 0)
        check(ledger, 1)
    assert len(told) == 1
    assert told[0][0]
    assert told[0][1] > 20_000, "its weights"
    with read_study(SQLite(), small / "run") as looking:
        check(looking, 1)


@pytest.mark.slow
def test_a_run_at_a_terminal_waits_for_space_and_then_goes_on(small: Path) -> None:
    rows = [f"{number % 7},{number * number % 11},{'ab'[number * 3 % 5 % 2]}" for number in range(90)]
    (small / "rows.csv").write_text("\n".join(["u,v,y", *rows]))
    (small / "p.toml").write_text(PIPELINE)
    room = os.statvfs(small)
    (small / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize - 400_000))
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "caviar", "run", "p.toml"]
    process = subprocess.Popen(command, cwd=small, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    with suppress(OSError):  # the terminal is closed with the process
        while piece := os.read(ours, 4096):
            said += piece
            if b"is full" in said:
                (small / "ballast").unlink(missing_ok=True)
    os.close(ours)
    assert process.wait() == 0, said.decode()
    told = " ".join(said.decode().split())
    assert "the disk is full: 0.0 MB are free, about 1." in told
    assert told.count("free some space, and the run continues by itself") == 1
    with read_study(SQLite(), small / "runs" / "p") as looking:
        assert {trial.state for trial in looking.trials()} == {TrialState.FINISHED}
