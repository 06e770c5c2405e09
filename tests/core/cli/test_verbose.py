"""`pipe run --verbose`: the phases of a run, who trains what and how long it takes, on standard error."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SMALL = [
    "--set",
    "search.baselines=false",
    "--set",
    "search.trials=4",
    "--set",
    "trainer.epochs=2",
    "--set",
    "trainer.population=2",
]
_TIME = r"^ *\d+\.\d{3} s  "


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "caviar", "run", str(ROOT / "pipelines" / "penguins.toml"), "--runs", str(folder)]
    return subprocess.run([*command, *SMALL, *words], capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def verbose(tmp_path_factory: pytest.TempPathFactory) -> str:
    done = run(tmp_path_factory.mktemp("runs"), "--workers", "2", "--verbose")
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    "line",
    [
        r"\S*penguins\.toml read and checked: \d+\.\d{3} s",
        r"data read and prepared: \d+\.\d{3} s",
        r"\d+ points proposed: \d+\.\d{3} s",
        r"worker [01] of 2: started",
        r"worker [01]: trials \d(, \d)*, epochs 0 to 2: trained: \d+\.\d{3} s",
        r"\d+ trials recorded: \d+\.\d{3} s",
        r"round 0: trained: \d+\.\d{3} s",
        r"best model made and tested: \d+\.\d{3} s",
    ],
)
def test_it_shows_each_phase_with_its_time(verbose: str, line: str) -> None:
    assert re.search(f"{_TIME}{line}$", verbose, re.MULTILINE), verbose


def test_every_trial_is_said_to_have_been_trained_once(verbose: str) -> None:
    trained = re.findall(r"trials ([\d, ]+), epochs 0 to 2: trained", verbose)
    assert sorted(number for numbers in trained for number in map(int, numbers.split(", "))) == [0, 1, 2, 3]


def test_without_it_nothing_of_this_is_said(tmp_path: Path) -> None:
    assert not re.search(f"{_TIME}|recorded|started", run(tmp_path).stderr, re.MULTILINE)


def test_in_one_process_it_says_the_same(tmp_path: Path) -> None:
    done = run(tmp_path, "--set", "executor=inline", "-v")
    assert re.search(f"{_TIME}trials \\d(, \\d)*, epochs 0 to 2: trained: ", done.stderr, re.MULTILINE), done.stderr
