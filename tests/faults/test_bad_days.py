"""Full disks, read-only folders, permissions lost in the middle, clocks that jump: told, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.commands import pipe
from tests.faults.small import ended, outcome, run, small
from tests.faults.strace import command
from tests.faults.test_processes import done, rows, until

pytestmark = pytest.mark.slow
SIZES = [round(8 * 1.31**step) for step in range(20)]  # kilobytes, from 8 to 1,400; the run needs about 350
FULL = "the disk is full; free some space and run the same command again: what was recorded is safe"
LIBRARIES = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
_DAY = 86_400


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("days"))


@pytest.fixture(scope="module")
def whole(file: Path) -> dict[str, Any]:
    run(file, "whole")
    return outcome(file, "whole")


@contextmanager
def disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """A disk of that size at `folder`."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("kilobytes", SIZES)
def test_a_full_disk_is_reported_and_what_fits_is_kept(file: Path, whole: dict[str, Any], kilobytes: int) -> None:
    into = f"{kilobytes} KB"
    folder = file.parent / into
    with disk(folder, kilobytes):
        ran = pipe(file.parent, "run", file.name, "--runs", into, "--json")
        before = ended(file, into)
        assert ran.returncode in (0, 1)
        if ran.returncode:
            assert FULL in ran.stderr or "cannot be read or written; check the disk's space" in ran.stderr
        assert not list(folder.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=50m", folder], check=True)
        run(file, into)
        assert before.items() <= ended(file, into).items()
        assert outcome(file, into) == whole


def without_override() -> list[str]:
    """How to start a program that permissions bind, root's too: its files may be closed to it."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root ignores permissions without setpriv of util-linux")
    return ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]


def closed(folder: Path) -> None:
    """Takes from everybody the right to write into the run's folders."""
    for each in (folder / "models", folder):
        if each.is_dir():
            each.chmod(0o555)


def opened(folder: Path) -> None:
    for each in (folder, folder / "models"):
        if each.is_dir():
            each.chmod(0o755)


def test_a_folder_that_cannot_be_written_is_reported(file: Path) -> None:
    folder = file.parent / "read-only"
    folder.mkdir()
    folder.chmod(0o555)
    ran = subprocess.run([*without_override(), *command(file, folder.name)], capture_output=True, text=True)
    assert ran.returncode == 1
    assert "read-only/p: may not be written or read by this user; check the permissions" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(folder.iterdir())


@pytest.mark.parametrize("trials", [1, 6, 11])
def test_a_permission_that_is_lost_in_the_middle_costs_no_trial(file: Path, whole: dict[str, Any], trials: int) -> None:
    into = f"closed {trials}"
    start = [*without_override(), *command(file, into)]
    process = subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(done(file, into, trials), process)
    closed(file.parent / into / "p")
    _, errors = process.communicate()
    assert process.returncode in (0, 1)
    assert "Traceback" not in errors
    assert process.returncode == 0 or "may not be written or read by this user" in errors
    opened(file.parent / into / "p")
    before = ended(file, into)
    assert len(before) >= trials
    run(file, into)
    assert before.items() <= ended(file, into).items()
    assert outcome(file, into) == whole


@pytest.mark.parametrize("jump", [-20 * 365 * _DAY, -3600, 3600, 10 * 365 * _DAY])
def test_a_clock_that_jumps_changes_nothing(file: Path, whole: dict[str, Any], jump: int) -> None:
    """In one process: libfaketime also moves the sleeps of workers, which no system's clock does."""
    library = next((each for each in LIBRARIES if Path(each).exists()), None)
    if library is None:
        pytest.skip("a clock that jumps needs libfaketime: install faketime")
    into = f"clock {jump}"
    clock = file.parent / f"{into}.clock"
    clock.write_text("+0")
    false = {"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
    false["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"  # as a system's clock jumps: the monotonic one never does
    process = subprocess.Popen(
        command(file, into),
        env={**os.environ, **false},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(done(file, into, 1), process)
    clock.write_text(f"{jump:+d}")
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert rows(file, into, "SELECT count(*) FROM trial WHERE seconds < 0") == [(0,)]
    again = pipe(file.parent, "run", file.name, "--runs", into, "--json")  # with the right clock
    assert again.returncode == 0, again.stderr
    assert outcome(file, into)["rows"] == whole["rows"]
