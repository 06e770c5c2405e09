"""Processes of programs: they end with all that they started, politely if they can."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from caviar_plugins.programs import process
from caviar_plugins.programs.process import Process

from tests.plugins.programs.running import is_running


def begin(folder: Path, script: str) -> Process:
    return Process(["sh", "-c", script], os.environ, folder, folder / "output.txt", None)


def heard(running: Process, word: str) -> None:
    while word not in running.lines(5):
        assert running.code is None


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_stopped_program_may_save_and_print_before_it_ends(tmp_path: Path) -> None:
    save = "trap 'head -c 300000 /dev/zero; echo saved >saved; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    running = begin(tmp_path, save)
    heard(running, "ready")
    running.stop()
    assert running.code == 0
    assert (tmp_path / "saved").read_text() == "saved\n"
    assert (tmp_path / "output.txt").stat().st_size > 300_000


def test_one_that_does_not_end_is_killed_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.05)
    running = begin(tmp_path, "trap '' TERM; sh -c 'echo $$ >child; sleep 1000' & echo $$ >parent; echo ready; wait")
    heard(running, "ready")
    until((tmp_path / "child").exists)
    running.stop()
    assert running.code == -signal.SIGKILL
    until(lambda: not is_running((tmp_path / "child").read_text()))


def test_children_that_outlive_the_program_are_killed_and_not_waited_for(tmp_path: Path) -> None:
    running = begin(tmp_path, "sh -c 'echo $$ >child; echo ready; sleep 1000' & while [ ! -s child ]; do :; done")
    lines: list[str] = []
    while running.code is None:
        lines += running.lines(5)
    assert lines == ["ready"]
    until(lambda: not is_running((tmp_path / "child").read_text()))


def test_they_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from caviar_plugins.programs.process import Process
here = Path({str(tmp_path)!r})
running = Process(["sh", "-c", "sleep 1000 & echo $$ $!; wait"], os.environ, here, here / "output.txt", None)
print(*running.lines(30), flush=True)
sys.stdin.read()
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    numbers = parent.stdout.readline().split()
    assert [is_running(each) for each in numbers] == [True, True]
    parent.kill()
    parent.communicate()
    until(lambda: not any(map(is_running, numbers)))
