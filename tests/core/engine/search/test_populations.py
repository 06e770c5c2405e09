"""Populations are real: how trials are grouped, where a run is killed and who resumes it changes no bit."""

from __future__ import annotations

import hashlib
import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.commands import pipe

PIPELINE = """
name = "many"
normalizer = "batchnorm"
[data]
use = "digits"
[model]
units = { choice = [8, 12] }
dropout = { uniform = [0.0, 0.3] }
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
beta1 = { beta = [0.8, 0.99] }
[trainer]
epochs = 2
batch_size = 128
[search]
baselines = false
trials = 16
round = 8
[store]
keep = 16
"""


def write(folder: Path) -> Path:
    file = folder / "many.toml"
    file.write_text(PIPELINE)
    return file


def run(file: Path, runs: Path, *words: str) -> dict[str, Any]:
    here = ("--set", "executor=inline")
    done = pipe(file.parent, "run", file.name, "--runs", str(runs), "--json", *here, *words)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


Whole = tuple[tuple[list[Any], dict[str, str]], dict[str, Any]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The bits of a run that nobody disturbed, and what it printed."""
    folder = tmp_path_factory.mktemp("whole")
    printed = run(write(folder), folder)
    return bits(folder / "many"), printed


def bits(folder: Path) -> tuple[list[Any], dict[str, str]]:
    """Every trial, every metric row and every weight of a run."""
    with closing(sqlite3.connect(folder / "study.sqlite")) as database:
        trials = database.execute(
            'SELECT number, coordinates, "values", state, objective, metrics FROM trial'
        ).fetchall()
        curves = database.execute(
            "SELECT m.trial, m.epoch, m.name, m.value FROM metric m JOIN trial t ON t.number = m.trial"
            " AND t.attempt = m.attempt ORDER BY 1, 2, 3"
        ).fetchall()
        weights = {
            f"{number}": hashlib.sha256((folder / path).read_bytes()).hexdigest()
            for number, path in database.execute("SELECT trial, path FROM artifact")
        }
    assert len(trials) == 16
    assert len(curves) > 16
    assert len(weights) > 8
    return [trials, curves], weights


def test_populations_of_1_and_of_16_give_the_same_bits(tmp_path: Path) -> None:
    file = write(tmp_path)
    results = [run(file, tmp_path / size, "--set", f"trainer.population={size}") for size in ("1", "16")]
    assert bits(tmp_path / "1" / "many") == bits(tmp_path / "16" / "many")
    assert results[0]["best"] == results[1]["best"]


def test_three_sigkills_and_resumes_give_the_same_bits_as_none(tmp_path: Path, whole: Whole) -> None:
    file = write(tmp_path)
    for recorded in (1, 5, 9):
        kill_after(recorded, file, tmp_path / "killed")
    resumed = run(file, tmp_path / "killed")
    assert resumed["resumed"] >= 9
    undisturbed, printed = whole
    assert bits(tmp_path / "killed" / "many") == undisturbed
    assert resumed["best"] == printed["best"]


def test_a_longer_search_begins_with_the_trials_of_the_shorter_one(tmp_path: Path, whole: Whole) -> None:
    file = write(tmp_path)
    run(file, tmp_path / "grown", "--set", "search.trials=5")
    grown = run(file, tmp_path / "grown")
    assert grown["resumed"] == 5
    assert bits(tmp_path / "grown" / "many") == whole[0]


def kill_after(recorded: int, file: Path, runs: Path) -> None:
    """Starts the run with workers, one trial a population, and kills it once so many trials are durable."""
    command = [sys.executable, "-m", "caviar", "run", str(file), "--runs", str(runs), "--json"]
    process = subprocess.Popen([*command, "--set", "trainer.population=1"], stdout=subprocess.PIPE)
    database = runs / "many" / "study.sqlite"
    while process.poll() is None and done_in(database) < recorded:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.002)  # a loop without a pause takes the processor from the run that it waits for
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "the run ended before it was killed"


def done_in(database: Path) -> int:
    if not database.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT count(*) FROM trial WHERE state IN ('finished', 'diverged')").fetchone()
            return int(rows[0])
    except sqlite3.OperationalError:  # being created
        return 0
