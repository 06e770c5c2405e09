"""A third party's distribution: found by name from TOML, and harmless to others when it is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = '''
"""Plugins of somebody else."""
import caviar


class Power(caviar.Sampler, interface=1):
    """Equal steps of ratio between low and high."""

    low: float
    high: float

    def from_unit(self, u):
        return self.low * (self.high / self.low) ** u

    def to_unit(self, value):
        import numpy as np

        return np.log(value / self.low) / np.log(self.high / self.low)


class SignDescent(caviar.Optimizer, interface=1):
    """theta -= learning_rate * sign(gradient)."""

    learning_rate: caviar.plugin.Tunable[float] = caviar.plugin.tunable(default=1e-3, gt=0)

    def init(self, parameters, layout):
        return {}

    def update(self, parameters, gradients, state, step, layout):
        parameters -= self.learning_rate * caviar.plugin.namespace(gradients).sign(gradients)


class Middle(caviar.Strategy, interface=2):
    """Always the middle."""

    def propose(self, space, history, count, random):
        import numpy as np

        return np.full((count, len(space)), 0.5)


class Tomorrows(SignDescent, interface=9):
    """Written for a Caviar that is still to come."""


class Yesterdays(Middle, interface=1):
    """Written for Caviar's first strategies, which had no re-tests."""


class Unnumbered(caviar.Optimizer):
    """Does not say what it was written for."""

    init, update = SignDescent.init, SignDescent.update
'''
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "somebodys"
version = "1.2"
[tool.hatch.build.targets.wheel]
include = ["somebodys.py", "broken.py", "recipes"]
[project.entry-points."caviar.sampler"]
power = "somebodys:Power"
[project.entry-points."caviar.optimizer"]
sign = "somebodys:SignDescent"
shattered = "broken:Shattered"
tomorrows = "somebodys:Tomorrows"
unnumbered = "somebodys:Unnumbered"
[project.entry-points."caviar.recipe"]
theirs = "recipes:theirs.toml"
[project.entry-points."caviar.strategy"]
middle = "somebodys:Middle"
yesterdays = "somebodys:Yesterdays"
"""
RECIPE = """# Somebody 2026.
[optimizer]
use = "sign"
learning_rate = 0.005
[regression]
optimizer.learning_rate = 0.5
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
baselines = false
strategy = "middle"
trials = 1
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the distribution installed by pip."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    (source / "somebodys.py").write_text(PLUGIN)
    (source / "broken.py").write_text("import a_module_that_is_not_there\n")
    (source / "recipes").mkdir()
    (source / "recipes" / "theirs.toml").write_text(RECIPE)
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


def test_a_recipe_works_by_name_and_may_name_their_own_plugins(site: Path, tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text('recipe = "theirs"\ndata = "digits"\n')
    done = pipe(site, tmp_path, "fill", "short.toml")
    assert done.returncode == 0, done.stderr
    assert '[optimizer]\nuse = "sign"  # recipe theirs\nlearning_rate = 0.005  # recipe theirs\n' in done.stdout
    listing = " ".join(pipe(site, tmp_path, "plugins").stdout.split())
    assert "theirs somebodys 1.2" in listing


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


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (
            ("sign", "tomorrows"),
            "theirs.toml:8: optimizer.use: optimizer 'tomorrows' of somebodys 1.2 cannot be used: written for "
            "optimizer interface 9, and this Caviar has 1: Caviar is older; install a newer version of Caviar",
        ),
        (
            ("middle", "yesterdays"),
            "theirs.toml:14: search.strategy: strategy 'yesterdays' of somebodys 1.2 cannot be used: written for "
            "strategy interface 1, and this Caviar has 2: the plugin is older; install a newer version of it",
        ),
        (
            ("sign", "unnumbered"),
            "theirs.toml:8: optimizer.use: optimizer 'unnumbered' of somebodys 1.2 cannot be used: Unnumbered does not "
            "state the interface number it was written for; its author must write class Unnumbered(Optimizer, "
            "interface=N); this Caviar has optimizer interface 1",
        ),
    ],
)
def test_a_plugin_of_another_interface_number_is_refused_by_name_and_number(
    put: tuple[str, str], told: str, site: Path, tmp_path: Path
) -> None:
    (tmp_path / "theirs.toml").write_text(PIPELINE.replace(*put))
    done = pipe(site, tmp_path, "check", "theirs.toml")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
