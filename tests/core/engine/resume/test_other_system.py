"""A study that goes on under another numeric identity: refused, or allowed and then marked trial by trial."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

import numpy
import pytest

from tests.commands import pipe

FILE = """
data.path = "rows.npz"
executor = "inline"
reporter = []
model.units = 4
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 1, batch_size = 32 }
search = { baselines = false, trials = 3, round = 3 }
"""
MORE = ("--set", "search.trials=5")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    x = numpy.random.default_rng(0).normal(size=(60, 3))
    numpy.savez(tmp_path / "rows.npz", X=x, y=x.sum(axis=1))
    (tmp_path / "p.toml").write_text(FILE)
    return tmp_path


def run(folder: Path, *words: str) -> CompletedProcess[str]:
    return pipe(folder, "run", "p.toml", *words)


def elsewhere(folder: Path, *words: str) -> CompletedProcess[str]:
    """The same command where BLAS has the kernel of another processor."""
    command = [sys.executable, "-m", "caviar", "run", "p.toml", *words]
    environment = os.environ | {"OPENBLAS_CORETYPE": "Prescott"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0 and "--allow-other-system" not in words:
        pytest.skip("this BLAS does not choose its kernel by OPENBLAS_CORETYPE")
    return done


def test_it_is_refused_or_its_trials_are_marked(folder: Path) -> None:
    assert run(folder).returncode == 0
    refused = elsewhere(folder, *MORE)
    assert refused.returncode == 2
    assert "was started on a different system, where bits may differ: blas " in refused.stderr
    assert "or resume here and mark the trials trained here (--allow-other-system)" in refused.stderr
    allowed = elsewhere(folder, *MORE, "--allow-other-system")
    assert allowed.returncode == 0, allowed.stderr
    found = json.loads(pipe(folder, "results", "runs/p", "--json").stdout)
    assert [each["origins"] for each in found["trials"]] == [[0], [0], [0], [1], [1]]
    here, there = (each["identity"] for each in found["origins"])
    assert [name for name in here if here[name] != there[name]] == ["blas"]
    rows = csv.DictReader(StringIO(pipe(folder, "results", "runs/p", "--csv").stdout))
    assert [row["origin"] for row in rows] == ["0", "0", "0", "1", "1"]
    shown = pipe(folder, "results", "runs/p").stdout
    assert "origin 1: trials 3 to 4: blas " in shown
    assert run(folder, *MORE).returncode == 2, "it was allowed once"


@pytest.mark.slow
def test_weights_that_were_lost_are_trained_again_and_the_run_says_that_they_may_differ(folder: Path) -> None:
    assert run(folder).returncode == 0
    best = json.loads(pipe(folder, "results", "runs/p", "--json").stdout)["best"]["trial"]
    for file in (folder / "runs/p/models").iterdir():
        file.unlink()
    assert elsewhere(folder).returncode == 2
    again = elsewhere(folder, "--allow-other-system", "--set", 'reporter=["progress"]')
    assert f"trial {best} was trained again on a different system, and its weights may differ: blas " in again.stderr
    found = json.loads(pipe(folder, "results", "runs/p", "--json").stdout)["trials"]
    assert [each["origins"] for each in found] == [[0, 1] if each["trial"] == best else [0] for each in found]
