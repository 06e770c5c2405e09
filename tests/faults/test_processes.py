"""Workers and coordinator killed or stopped, one without the other and both: nothing stays, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import pytest

PIPELINE = """
name = "p"
normalizer = "batchnorm"
data = "digits"
[model]
units = { int = [4, 9] }
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
[trainer]
epochs = 8
batch_size = 256
[search]
baselines = false
trials = 12
[executor]
use = "processes"
workers = 2
"""

# Holds Python's lock for longer than any test lasts: no other thread of the worker can act.
STUCK = """
import ctypes
from caviar_plugins import SGD

class Stuck(SGD):
    def update(self, parameters, gradients, state, step, layout):
        ctypes.PyDLL(None).sleep(1000)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(PIPELINE)
    (tmp_path / "stuck.py").write_text(STUCK)
    return tmp_path / "p.toml"


def start(file: Path, into: str, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "caviar", "run", str(file), "--runs", str(file.parent / into), "--json", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    result: dict[str, Any] = json.loads(output)
    return result


def until(condition: Callable[[], Any], process: subprocess.Popen[str]) -> Any:
    """The condition's first true value, while the process lives."""
    while not (value := condition()):
        assert process.poll() is None, process.communicate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.002)  # a loop without a pause takes the processor from the run that it waits for
    return value


def workers(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def training(file: Path, into: str, count: int) -> Callable[[], bool]:
    """Whether so many populations have been begun."""
    return lambda: rows(file, into, "SELECT count(*) FROM population")[0][0] >= count


def done(file: Path, into: str, count: int) -> Callable[[], bool]:
    return lambda: rows(file, into, "SELECT count(*) FROM trial WHERE state IN ('finished', 'diverged')")[0][0] >= count


def rows(file: Path, into: str, query: str) -> list[Any]:
    database = file.parent / into / "p" / "study.sqlite"
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.OperationalError:  # being created
        return [(0,)]


def bits(file: Path, into: str) -> list[Any]:
    queries = (
        'SELECT number, coordinates, "values", state, epochs, objective, reason, metrics FROM trial ORDER BY 1',
        "SELECT m.trial, epoch, name, value FROM metric m JOIN trial t ON t.number = m.trial AND t.attempt = m.attempt"
        " ORDER BY 1, 2, 3",
        "SELECT trial, path, sha256 FROM artifact ORDER BY 1",
    )
    return [rows(file, into, query) for query in queries]


_SECOND = 1.0  # the promise for a killed coordinator's workers; measured on a quiet machine: 0.04
_END = 10.0  # of a wait that only must not hang: the run behind a signal, measured at 0.16 to 0.28


@contextmanager
def watched(pids: list[int]) -> Iterator[Callable[[float], bool]]:
    """Tells whether these processes, whosoever children they are, end within so many seconds."""
    with ExitStack() as stack:
        ends = [os.pidfd_open(pid) for pid in pids]
        for end in ends:
            stack.callback(os.close, end)

        def gone(seconds: float) -> bool:
            deadline = time.monotonic() + seconds
            return all(wait([end], max(0.0, deadline - time.monotonic())) for end in ends)

        yield gone


def test_workers_that_are_still_starting_end_with_their_coordinator(file: Path) -> None:
    process = start(file, "runs")
    pids = until(lambda: workers(process), process)
    with watched(pids) as gone:
        process.kill()
        assert gone(_SECOND)
    process.communicate()


@pytest.mark.parametrize("words", [(), ("--code", "stuck.py", "--set", "optimizer.use=stuck")])
def test_workers_end_within_a_second_of_a_killed_coordinator(file: Path, words: tuple[str, ...]) -> None:
    process = start(file, "runs", *(str(file.parent / word) if word.endswith(".py") else word for word in words))
    until(training(file, "runs", 2), process)
    pids = until(lambda: len(workers(process)) == 2 and workers(process), process)
    with watched(pids) as gone:
        process.kill()
        assert gone(_SECOND)
    process.communicate()


def test_workers_and_coordinator_killed_in_turn_and_resumed_give_the_same_bits(file: Path) -> None:
    here = start(file, "here", "--set", "executor=inline")
    killed = start(file, "runs")
    until(done(file, "runs", 1), killed)
    for pid in workers(killed):
        os.kill(pid, signal.SIGKILL)
    until(done(file, "runs", 3), killed)
    killed.kill()
    killed.communicate()
    resumed = finish(start(file, "runs"))
    assert resumed["resumed"] >= 3
    whole = finish(here)
    assert bits(file, "runs") == bits(file, "here")
    assert resumed["best"] == whole["best"]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_between_steps_and_the_same_command_goes_on(file: Path, stop: signal.Signals) -> None:
    process = start(file, "runs", "--set", "trainer.epochs=60")
    until(done(file, "runs", 1), process)
    pids = workers(process)
    with watched(pids) as gone:
        process.send_signal(stop)
        _, errors = process.communicate(timeout=_END)
        assert gone(0.0)
    assert process.returncode == 130
    assert "interrupted; run the same command again to resume" in errors
    assert "Traceback" not in errors
    assert (file.parent / "runs" / "p" / "models" / "best.safetensors").is_file()
    recorded = rows(file, "runs", "SELECT count(*) FROM trial WHERE state = 'finished'")[0][0]
    assert recorded >= 1


def test_a_terminals_interrupt_reaches_the_coordinator_alone(file: Path) -> None:
    """A terminal sends it to the whole process group: workers must not print tracebacks of their own."""
    process = start(file, "runs", "--set", "trainer.epochs=60")
    until(training(file, "runs", 2), process)
    pids = until(lambda: len(workers(process)) == 2 and workers(process), process)
    assert os.getpgid(pids[0]) != os.getpgid(process.pid)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted; run the same command again to resume" in errors
    assert "Traceback" not in errors
