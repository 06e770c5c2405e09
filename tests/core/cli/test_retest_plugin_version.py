"""A plugin that is installed in a newer version, whose default is another one: a retest names both, and the effect."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import numpy
import pytest

pytest.importorskip("scipy", reason="a revalidation needs SciPy")
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "steady-steps"
version = "{version}"

[project.entry-points."caviar.optimizer"]
steady = "steady:Steady"

[tool.hatch.build.targets.wheel]
only-include = ["steady.py"]
"""
PLUGIN = """
from caviar import Optimizer
from caviar.plugin import Tunable, tunable


class Steady(Optimizer, interface=1):
    '''theta -= learning_rate * damping * g'''

    learning_rate: Tunable[float] = tunable(default=0.1, gt=0)
    damping: Tunable[float] = tunable(default={damping}, gt=0)

    def init(self, parameters, layout):
        return {{}}

    def update(self, parameters, gradients, state, step, layout):
        parameters -= self.learning_rate * self.damping * gradients
"""
FILE = """
reporter = []
executor = "inline"
seed = 3
optimizer = { use = "steady", learning_rate = { log = [1e-1, 1.0] } }
trainer = { epochs = 3, batch_size = 32 }
search = { trials = 3, strategy = "random", baselines = false }
data = { use = "table", path = "rows.csv", target = "label", test = 0.25 }
"""


class Home:
    """A folder with rows, a pipeline, and an environment that packages are installed into, on top of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.python = folder, folder / "env/bin/python"
        venv.create(folder / "env", symlinks=True)
        (site,) = (folder / "env/lib").glob("python*/site-packages")
        (site / "below.pth").write_text("\n".join(each for each in sys.path if Path(each).is_dir()))
        random = numpy.random.default_rng(1)
        label = random.integers(0, 2, 400)
        lines = [f"{random.normal(2.0 * each):.4f},{random.normal():.4f},{'ab'[each]}" for each in label]
        (folder / "rows.csv").write_text("\n".join(["width,height,label", *lines]) + "\n")
        (folder / "pets.toml").write_text(FILE)

    def install(self, version: str, damping: float) -> None:
        """The plugin's distribution in a version, in the place of an earlier one."""
        source = self.folder / f"source-{version}"
        source.mkdir()
        (source / "pyproject.toml").write_text(PROJECT.format(version=version))
        (source / "steady.py").write_text(PLUGIN.format(damping=damping))
        options = ["-q", "--no-index", "--no-build-isolation", "--no-deps"]
        self.run("pip", "install", *options, str(source))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.python, "-m", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 3, 4), done.stderr
        return done


@pytest.mark.slow
def test_a_newer_version_is_named_with_the_default_that_changed_and_its_effect(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.install("1.0", damping=1.0)
    home.run("caviar", "run", "pets.toml", "--quiet")
    home.install("1.1", damping=1e-4)
    found: dict[str, Any] = json.loads(home.run("caviar", "retest", "runs/pets", "--json").stdout)
    assert found["changes"] == "steady-steps 1.0 -> 1.1"
    system = found["system_moved"]
    assert system["answer"] == "yes"
    assert system["text"] == ("steady-steps 1.0 -> 1.1; the default of optimizer.steady.damping is 0.0001 and was 1.0")
    assert "trained again from the same seed its weights are the same, bit for bit" in " ".join(system["details"])
    effect = next(each for each in system["details"] if each.startswith("with today's defaults"))
    moved = float(effect.partition("validation.accuracy of the winner moves by ")[2].partition(" ")[0])
    assert moved < -0.1
