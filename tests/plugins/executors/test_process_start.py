"""A worker is a fork where that is safe, holds nothing of its coordinator then, and is started anew everywhere else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from caviar_plugins.executors import process_start
from caviar_plugins.executors.processes import _may_fork

from tests.plugins.executors.jobs import job

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
PIPELINE = """
name = "p"
data = "digits"
reporter = []
[model]
units = 4
[optimizer]
learning_rate = { log = [0.001, 0.1] }
[trainer]
epochs = 1
batch_size = 512
"""

# Says of each of two workers, after it has trained, what it holds; and how the one that replaces the first ended up.
SCRIPT = """
import caviar, json, os, signal, sys, threading, time
from pathlib import Path
from caviar.plugin import Segment
from caviar.engine.data.resolve import resolve_run

def children():
    return [int(child) for task in os.listdir("/proc/self/task")
            for child in Path(f"/proc/self/task/{task}/children").read_text().split()]

def held(child):
    status = dict(line.split(":", 1) for line in Path(f"/proc/{child}/status").read_text().splitlines())
    files = [os.readlink(f"/proc/{child}/fd/{each}") for each in os.listdir(f"/proc/{child}/fd")]
    words = Path(f"/proc/{child}/cmdline").read_bytes()
    return {"fork": words == Path("/proc/self/cmdline").read_bytes(), "group": os.getpgid(child), "child": child,
            "files": sorted(files), "ours": os.readlink(f"/proc/{child}/fd/{ours.fileno()}"),
            "caught": int(status["SigCgt"], 16), "ignored": int(status["SigIgn"], 16)}

signal.signal(signal.SIGTERM, lambda *_: None)
ours = open("ours.txt", "w")
print("not said twice", end="")
fork = os.fork
if "no memory" in sys.argv:
    os.fork = lambda: open("/no/such/file")
if "interrupted" in sys.argv:
    os.fork = lambda: fork() or os.kill(os.getpid(), signal.SIGINT) or 0
if "nobody is told of children" in sys.argv:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if "another thread" in sys.argv:
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
work = resolve_run(caviar.load(Path("p.toml"), ["executor.workers=2"]))[0]
segments = [Segment((each,), ({"optimizer.learning_rate": 0.01},), 0, 1) for each in (0, 1)]
with work.pipeline.executor.open(work, lambda: None, 2) as workers:
    outcomes = [list(workers.run(segments, lambda epoch: None))]
    found = [held(child) for child in children()]
    os.kill(found[0]["child"], signal.SIGKILL)
    outcomes.append(list(workers.run(segments, lambda epoch: None)))
    left = children()
def bits(outcome):
    return {name: array.tobytes().hex() for name, array in outcome.members[0].weights.items()}

weights = [[bits(each) for each in sorted(some, key=lambda each: each.segment.trials)] for some in outcomes]
print(json.dumps({"workers": found, "weights": weights, "left": left, "after": children()}))
"""


def run(folder: Path, *words: str, **environment: str) -> dict[str, Any]:
    (folder / "p.toml").write_text(PIPELINE)
    (folder / "script.py").write_text(SCRIPT)
    rest = {name: value for name, value in os.environ.items() if name not in {*ONE_THREAD, "PYTHONUNBUFFERED"}}
    done = subprocess.run(
        [sys.executable, "script.py", *words], cwd=folder, env=rest | environment, capture_output=True, text=True
    )
    said = [line for line in done.stderr.splitlines() if not line.startswith("compiling kernels")]
    assert (said, done.returncode) == ([], 0)
    start = "not said twice"
    assert done.stdout.count(start) == 1
    found: dict[str, Any] = json.loads(done.stdout.removeprefix(start))
    return found


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is found where nothing speaks against forks."""
    return run(tmp_path_factory.mktemp("forked"), **ONE_THREAD)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no worker is a fork")
@pytest.mark.parametrize("also", ["", "interrupted", "nobody is told of children"])
def test_a_fork_holds_nothing_of_its_coordinator_and_one_that_is_killed_is_replaced(
    tmp_path: Path, forked: dict[str, Any], also: str
) -> None:
    found = run(tmp_path, also, **ONE_THREAD) if also else forked
    for worker in found["workers"]:
        assert worker["fork"]
        assert worker["group"] == worker["child"]
        assert not any("ours.txt" in each for each in worker["files"])
        assert worker["ours"] == "/dev/null"  # its number stays taken: a plugin's file must not become another one
        assert sum("socket" in each for each in worker["files"]) == 1  # its own end of its own pipe
        assert not worker["caught"] & 1 << signal.SIGTERM - 1
        assert worker["ignored"] & 1 << signal.SIGINT - 1
    assert len(found["workers"]) == 2
    assert len(found["left"]) == 2
    assert found["workers"][0]["child"] not in found["left"]
    assert found["after"] == []
    assert found["weights"][0] == found["weights"][1]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no worker is a fork")
@pytest.mark.parametrize("why", ["another thread", "BLAS may have threads", "no memory"])
def test_where_a_fork_would_not_be_safe_workers_start_anew_and_give_the_same_bits(
    tmp_path: Path, forked: dict[str, Any], why: str
) -> None:
    found = run(tmp_path, why, **({} if why == "BLAS may have threads" else ONE_THREAD))
    assert [worker["fork"] for worker in found["workers"]] == [False, False]
    assert [worker["fork"] for worker in forked["workers"]] == [True, True]
    assert found["weights"] == forked["weights"]


def test_a_fork_that_fails_says_why_and_ends_with_1(capfd: pytest.CaptureFixture[str]) -> None:
    process = process_start.Forked(process_start.WorkerArguments(connection=987, job_spec=988, number=0, count=1))
    while (code := process.wait(1)) is None:
        pass
    assert code == 1
    assert "Bad file descriptor" in capfd.readouterr().err
    assert process.wait(0) == 1
    process.kill()  # ended long ago: nobody else's process is killed


def test_only_with_plugins_of_caviar_alone_may_a_worker_be_a_fork(file: Path) -> None:
    assert _may_fork(job(file))
    assert not _may_fork(job(file, "optimizer=slow"))


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_run_needs_no_standard_streams(tmp_path: Path, closed: str) -> None:
    (tmp_path / "p.toml").write_text(PIPELINE)
    words = [sys.executable, "-m", "caviar", "run", "p.toml", "--set", "search.trials=2"]
    done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *words], cwd=tmp_path, timeout=120)
    assert done.returncode == 0
