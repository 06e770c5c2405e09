"""Workers killed again and again by SIGKILL while a search runs: no trial has failed, and none is another one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.faults.test_processes import finish, start, workers

PIPELINE = """
name = "p"
data = "digits"
normalizer = "batchnorm"
reporter = []
[model]
units = 8
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
[trainer]
epochs = 3
[search]
baselines = false
trials = 24
round = 12
[executor]
use = "processes"
workers = 2
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("killed") / "p.toml"
    file.write_text(PIPELINE)
    finish(start(file, "whole"))
    return file


def results(file: Path, into: str) -> list[Any]:
    """What `pipe results` tells of the trials, without their times."""
    words = ["results", str(file.parent / into / "p"), "--json"]
    told = subprocess.run([sys.executable, "-m", "caviar", *words], capture_output=True, text=True, check=True)
    trials = json.loads(told.stdout)["trials"]
    return [{name: value for name, value in trial.items() if name != "seconds"} for trial in trials]


def weights(file: Path, into: str) -> bytes:
    """Of the best model; the rest of its file says which folder it lies in, and the like."""
    content = (file.parent / into / "p" / "models" / "best.safetensors").read_bytes()
    return content[8 + int.from_bytes(content[:8], "little") :]


def kill(process: subprocess.Popen[str], every: float, most: int) -> int:
    """Kills the workers of a run, so many of them, all at once at this interval, unless it ends before; how many."""
    killed = 0
    while killed < most and process.poll() is None:
        with suppress(OSError):  # it has just ended
            for pid in workers(process):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        sleep(every)  # what is tried is this interval; nothing is waited for
    return killed


def killed_run(file: Path, into: str, every: float, most: int) -> int:
    """A run of which so many workers are killed; its exit code."""
    process = start(file, into)
    killed = kill(process, every, most)
    _, errors = process.communicate(timeout=300)
    assert killed > 0
    assert "Traceback" not in errors
    if process.returncode:
        assert "run the same command again to retry and resume" in errors
    return process.returncode


def check(file: Path, into: str, every: float, most: int) -> None:
    """The search of killed workers, gone on with, is that of workers that nobody disturbed."""
    assert killed_run(file, into, every, most) in (0, 1)
    finish(start(file, into))
    assert results(file, into) == results(file, "whole")
    assert weights(file, into) == weights(file, "whole")
    assert {trial["state"] for trial in results(file, into)} <= {"finished", "diverged"}


def test_workers_killed_while_a_search_runs_fail_no_trial(file: Path) -> None:
    check(file, "short", every=0.4, most=16)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(11))
def test_workers_killed_at_every_interval_fail_no_trial(file: Path, number: int) -> None:
    check(file, f"run{number}", every=(0.15, 0.4, 1.0)[number % 3], most=60)
