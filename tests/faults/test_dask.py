"""Searches on Dask clusters whose parts are killed or stopped, beside the same search in one process."""

from __future__ import annotations

import platform
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.test_function_kills import FUNCTION
from tests.faults.test_processes import PIPELINE, bits, done, finish, rows, start, training, until, watched
from tests.plugins.executors.clusters import Commands, cluster, descendants

pytest.importorskip("distributed", reason="distributed is not installed: pip install 'caviar-ml[dask]'")
pytestmark = [pytest.mark.peers, pytest.mark.slow]
_END = 300.0  # of a wait that only must not hang

# Reports an epoch at a time; its state is a number in a file.
PROGRAM = """
n=$(cat "$2/n" 2>/dev/null || echo 0)
while [ $n -lt 4 ]; do
    n=$((n + 1))
    echo $n >"$2/new" && mv "$2/new" "$2/n"
    awk -v n=$n -v rate="$1" 'BEGIN { printf "{\\"epoch\\": %d, \\"score\\": %g}\\n", n, n * rate }'
done
"""
COMMAND = """
name = "p"
reporter = []
[trainer]
use = "command"
metric = "score"
goal = "maximize"
epochs = 4
command = ["sh", "FOLDER/train.sh", "{rate}", "{state}"]
values = { rate = { log = [1e-4, 1.0] } }
[search]
trials = 8
round = 4
pruner = "successive-halving"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "p.toml").write_text(PIPELINE)
    return tmp_path / "p.toml"


def on(commands: Commands) -> tuple[str, str]:
    return "--set", f"executor={{use='dask', address='{commands.address}'}}"


LOCAL = ("--set", "executor={use='dask', workers=2}")
INLINE = ("--set", "executor=inline")


def message(process: subprocess.Popen[str]) -> str:
    """What a command that fails has said, whole."""
    _, errors = process.communicate(timeout=_END)
    assert "Traceback" not in errors
    return errors


def test_a_killed_worker_changes_no_bit_of_a_search(file: Path) -> None:
    with cluster(file.parent) as commands:
        process = start(file, "there", *on(commands))
        until(done(file, "there", 1), process)
        commands.workers[0].kill()
        finish(process)
    finish(start(file, "here", *INLINE))
    assert bits(file, "there") == bits(file, "here")


def test_a_scheduler_that_dies_in_the_middle_costs_nothing_that_has_finished(file: Path) -> None:
    with cluster(file.parent) as commands:
        process = start(file, "there", *on(commands), "--set", "trainer.epochs=20")
        until(done(file, "there", 1), process)
        commands.scheduler.kill()
        errors = message(process)
    assert process.returncode == 1
    assert f"the Dask scheduler at {commands.address} is gone; nothing that has finished is lost" in errors
    assert "the same command resumes" in errors
    query = "SELECT number, seconds FROM trial WHERE state IN ('finished', 'diverged')"
    ended = rows(file, "there", query)
    assert ended
    with cluster(file.parent, port=commands.port) as again:
        finish(start(file, "there", *on(again), "--set", "trainer.epochs=20"))
    assert set(ended) <= set(rows(file, "there", query))
    finish(start(file, "here", *INLINE, "--set", "trainer.epochs=20"))
    assert bits(file, "there") == bits(file, "here")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_or_killed_run_leaves_nothing_of_its_cluster(file: Path, stop: signal.Signals) -> None:
    process = start(file, "there", *LOCAL, "--set", "trainer.epochs=600")
    until(training(file, "there", 2), process)
    with watched(sorted(descendants(process.pid))) as gone:
        process.send_signal(stop)
        errors = message(process)
        assert gone(_END)
    if stop != signal.SIGKILL:
        assert process.returncode == 130
        assert "interrupted; run the same command again to resume" in errors


def test_a_worker_on_another_system_is_refused_by_its_address(file: Path) -> None:
    if platform.machine() != "x86_64":
        pytest.skip("OpenBLAS is told to take the processor for an older x86 one, and this is none")
    with cluster(file.parent, workers=0) as commands:
        commands.worker(OPENBLAS_CORETYPE="Nehalem")
        process = start(file, "there", *on(commands))
        errors = message(process)
    assert process.returncode == 1
    assert " at tcp://127.0.0.1:" in errors
    assert " on a different system than the study's, where bits may differ: blas " in errors
    assert rows(file, "there", "SELECT count(*) FROM metric") == [(0,)]


def test_programs_have_the_same_results_there(file: Path) -> None:
    (file.parent / "train.sh").write_text(PROGRAM)
    file.write_text(COMMAND.replace("FOLDER", str(file.parent)))
    finish(start(file, "here", "--trust", *INLINE))
    with cluster(file.parent) as commands:
        finish(start(file, "there", "--trust", *on(commands)))
    assert bits(file, "there") == bits(file, "here")


def test_functions_have_the_same_results_there(file: Path) -> None:
    (file.parent / "train.py").write_text(FUNCTION)
    file.write_text('name = "p"\nreporter = []\ntrainer = "train"\nsearch = { trials = 6, pruner = "hyperband" }\n')
    named = ("--code", str(file.parent / "train.py"))
    finish(start(file, "here", *named, *INLINE))
    with cluster(file.parent) as commands:
        finish(start(file, "there", *named, *on(commands)))
    assert bits(file, "there") == bits(file, "here")


def test_modules_have_the_same_results_there(file: Path) -> None:
    pytest.importorskip("torch", reason="networks are of PyTorch: install '.[torch]'")
    from tests.faults.test_network_kills import NETWORK, PIPELINE

    (file.parent / "net.py").write_text(NETWORK)
    file.write_text(PIPELINE)
    named = ("--code", str(file.parent / "net.py"))
    finish(start(file, "here", *named, *INLINE))
    with cluster(file.parent) as commands:
        finish(start(file, "there", *named, *on(commands)))
    assert bits(file, "there") == bits(file, "here")
