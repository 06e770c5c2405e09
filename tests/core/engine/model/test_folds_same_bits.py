"""The model of a trial's folds has the same bits for any workers and populations, and wherever the run was killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import pipe

PIPELINE = """
name = "folded"
[data]
path = "rows.csv"
target = "y"
test = 0.2
folds = 3
[model]
units = 4
[optimizer]
learning_rate = { log = [1e-2, 1e-1] }
[trainer]
epochs = 3
batch_size = 32
[search]
trials = 4
round = 2
metric = "validation.closeness"
baselines = false
"""
PLUGINS = """
import os
import signal
from pathlib import Path
from typing import ClassVar

from caviar_plugins import R2

HERE = Path(__file__).parent


class Closeness(R2):
    \"\"\"R2, which kills the process that runs the study at a call whose number stands in a file.\"\"\"

    calls: ClassVar[int] = 0

    def measure(self, prediction, truth):
        Closeness.calls += 1
        at = HERE / "kill at"
        if at.exists() and Closeness.calls == int(at.read_text()):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().measure(prediction, truth)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import numpy

    folder = tmp_path_factory.mktemp("home")
    random = numpy.random.default_rng(5)
    x = random.normal(size=(200, 3))
    y = x[:, 0] * x[:, 1] + x[:, 2] + random.normal(scale=0.3, size=200)
    rows = [",".join(f"{value:.4f}" for value in row) for row in numpy.column_stack([x, y])]
    (folder / "rows.csv").write_text("\n".join(["a,b,c,y", *rows]))
    (folder / "p.toml").write_text(PIPELINE)
    (folder / "plugins.py").write_text(PLUGINS)
    return folder


def bits(home: Path, runs: str, *settings: str) -> tuple[bytes, object]:
    """The arrays of the saved model after a run, and its metrics; its pipelines name the executor."""
    words = [word for each in settings for word in ("--set", each)]
    done = pipe(home, "run", "p.toml", "--code", "plugins.py", "--runs", runs, "--json", *words)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["assessment"]["winner"]["note"] == "the mean of its 3 folds' models"
    content = (home / runs / "folded/models/best.safetensors").read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    return content[end:], json.loads(json.loads(content[8:end])["__metadata__"]["caviar"])["metrics"]


@pytest.fixture(scope="module")
def whole(home: Path) -> tuple[bytes, object]:
    return bits(home, "whole", "executor=inline")


@pytest.mark.parametrize("settings", [["executor.workers=2"], ["executor=inline", "trainer.population=1"]])
def test_workers_and_sizes_of_populations_change_no_bit(
    home: Path, whole: tuple[bytes, object], settings: list[str]
) -> None:
    assert bits(home, settings[-1], *settings) == whole


def test_killed_within_folds_of_two_rounds_it_has_the_same_bits(home: Path, whole: tuple[bytes, object]) -> None:
    words = ("--code", "plugins.py", "--runs", "killed", "--set", "executor=inline")
    for calls in (4, 14):  # 9 in each round: 3 epochs of each fold
        (home / "kill at").write_text(str(calls))
        command = [sys.executable, "-m", "caviar", "run", "p.toml", *words]
        ended = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    (home / "kill at").unlink()
    assert bits(home, "killed", "executor=inline") == whole


def test_results_say_in_one_line_what_the_model_is(home: Path, whole: tuple[bytes, object]) -> None:
    printed = pipe(home, "results", "whole/folded", "--code", "plugins.py").stdout.splitlines()
    (line,) = [each for each in printed if "folds' models" in each]
    assert line.endswith(": the mean of its 3 folds' models")
    assert line.startswith("trial ")
