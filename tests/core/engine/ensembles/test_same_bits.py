"""An ensemble has the same bits for any workers and populations, and wherever the run was killed."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands import pipe

PIPELINE = """
name = "several"
[data]
path = "rows.csv"
target = "y"
test = 0.25
[model]
units = { choice = [6, 8] }
[optimizer]
learning_rate = { log = [3e-3, 1e-1] }
[trainer]
epochs = 8
batch_size = 32
[search]
trials = 8
round = 4
metric = "validation.closeness"
baselines = false
ensemble = 4
[executor]
use = "processes"
workers = 1
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
    x = random.normal(size=(900, 4))
    y = x[:, 0] * x[:, 1] + x[:, 2] + random.normal(scale=0.3, size=900)
    rows = [",".join(f"{value:.4f}" for value in row) for row in numpy.column_stack([x, y])]
    (folder / "rows.csv").write_text("\n".join(["a,b,c,d,y", *rows]))
    (folder / "p.toml").write_text(PIPELINE)
    (folder / "plugins.py").write_text(PLUGINS)
    return folder


def run(home: Path, runs: str, *settings: str) -> dict[str, Any]:
    words = [word for each in settings for word in ("--set", each)]
    done = pipe(home, "run", "p.toml", "--code", "plugins.py", "--runs", runs, "--json", *words)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def bits(home: Path, runs: str) -> str:
    """Of all but the date, the pipelines in the file, which contain the executor's settings, and the checksum."""
    content = (home / runs / "several/models/ensemble.safetensors").read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    facts = json.loads(json.loads(content[8:end])["__metadata__"]["caviar"])
    others = {**facts, "sha256": "", "date": "", "members": [{**each, "pipeline": ""} for each in facts["members"]]}
    return hashlib.sha256(json.dumps(others).encode() + content[end:]).hexdigest()


@pytest.fixture(scope="module")
def whole(home: Path) -> tuple[str, dict[str, Any]]:
    """The bits of a run that nobody disturbed, and what it printed."""
    printed = run(home, "whole", "executor=inline")
    assert len(printed["ensemble"]["members"]) > 1
    return bits(home, "whole"), printed


def test_workers_and_sizes_of_populations_change_no_bit(home: Path, whole: tuple[str, dict[str, Any]]) -> None:
    for number, settings in enumerate((["executor.workers=2"], ["executor=inline", "trainer.population=1"])):
        printed = run(home, f"other {number}", *settings)
        assert bits(home, f"other {number}") == whole[0]
        for key in ("best", "ensemble", "assessment"):
            assert printed[key] == whole[1][key]


@pytest.mark.thorough
def test_killed_in_training_and_twice_in_the_selection_it_has_the_same_bits(
    home: Path, whole: tuple[str, dict[str, Any]]
) -> None:
    words = ("--code", "plugins.py", "--runs", "killed", "--json", "--set", "executor=inline")
    done = []
    for calls in (5, 80, 20):  # in this process: 8 epochs of each population, then 1 for the winner, 8 for each draw
        (home / "kill at").write_text(str(calls))
        command = [sys.executable, "-m", "caviar", "run", "p.toml", *words]
        ended = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        done.append((home / "killed/several/models/best.safetensors").exists())
    (home / "kill at").unlink()
    assert done == [False, True, True], "the last two were killed after the search"
    assert run(home, "killed", "executor=inline")["ensemble"] == whole[1]["ensemble"]
    assert bits(home, "killed") == whole[0]
