"""A third party's distribution: found by name from TOML, and harmless to others when it is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = '''
"""Three plugins of somebody else."""
import caviar


class Power(caviar.Sampler):
    """Equal steps of ratio between low and high."""

    low: float
    high: float

    def from_unit(self, u):
        return self.low * (self.high / self.low) ** u

    def to_unit(self, value):
        import numpy as np

        return np.log(value / self.low) / np.log(self.high / self.low)


class SignDescent(caviar.Optimizer):
    """theta -= learning_rate * sign(gradient)."""

    learning_rate: caviar.plugin.Tunable[float] = caviar.plugin.tunable(default=1e-3, gt=0)

    def init(self, parameters, layout):
        return {}

    def update(self, parameters, gradients, state, step, layout):
        parameters -= self.learning_rate * caviar.plugin.namespace(gradients).sign(gradients)


class Middle(caviar.Strategy):
    """Always the middle."""

    def propose(self, space, history, count, random):
        import numpy as np

        return np.full((count, len(space)), 0.5)
'''
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "somebodys"
version = "1.2"
[tool.hatch.build.targets.wheel]
include = ["somebodys.py", "broken.py"]
[project.entry-points."caviar.sampler"]
power = "somebodys:Power"
[project.entry-points."caviar.optimizer"]
sign = "somebodys:SignDescent"
shattered = "broken:Shattered"
[project.entry-points."caviar.strategy"]
middle = "somebodys:Middle"
"""
PIPELINE = """
name = "theirs"
[data]
use = "digits"
[model]
units = 8
[optimizer]
use = "sign"
learning_rate = { power = [1e-4, 1e-2] }
[trainer]
epochs = 1
[search]
strategy = "middle"
trials = 1
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the distribution installed by pip."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    (source / "somebodys.py").write_text(PLUGIN)
    (source / "broken.py").write_text("import a_module_that_is_not_there\n")
    (source / "pyproject.toml").write_text(PROJECT)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-build-isolation", "--no-deps"]
    subprocess.run([*pip, "--target", str(site), str(source)], check=True, capture_output=True, timeout=120)
    return site


def pipe(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-m", "caviar", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_sampler_optimizer_and_strategy_work_from_toml_by_name(site: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs.toml").write_text(PIPELINE)
    done = pipe(site, tmp_path, "run", "theirs.toml", "--json")
    assert done.returncode == 0, done.stderr
    best = json.loads(done.stdout)["best"]
    assert best["values"]["optimizer.learning_rate"] == pytest.approx(1e-3)
    assert best["metrics"]["validation.accuracy"] > 0.2


def test_a_plugin_that_fails_on_import_is_listed_with_its_reason(site: Path, tmp_path: Path) -> None:
    done = pipe(site, tmp_path, "plugins")
    assert done.returncode == 0, done.stderr
    listing = " ".join(done.stdout.split())
    assert "shattered" in listing
    assert "a_module_that_is_not_there" in listing
    assert "somebodys 1.2" in listing


def test_using_the_broken_one_is_an_error_with_its_line(site: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs.toml").write_text(PIPELINE.replace('use = "sign"', 'use = "shattered"'))
    done = pipe(site, tmp_path, "check", "theirs.toml")
    assert done.returncode == 2
    assert "theirs.toml:8: " in done.stderr
    assert "a_module_that_is_not_there" in done.stderr
    assert "Traceback" not in done.stderr
