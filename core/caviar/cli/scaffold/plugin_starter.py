"""A plugin author's first distribution: one optimizer, the laws it passes, and a pipeline that searches it."""

from __future__ import annotations

import re
from pathlib import Path

from caviar.registry import index
from caviar.values.problem import Problem

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1.0"
description = "An optimizer for caviar"
requires-python = ">=3.11"
dependencies = ["{caviar}"]

[project.optional-dependencies]
test = ["pytest"]

# Where caviar finds the plugin: the name that files use = "module:Class". Install again after a change here.
[project.entry-points."caviar.optimizer"]
{name} = "{module}:{cls}"

[tool.hatch.build.targets.wheel]
include = ["{module}.py"]
"""
MODULE = '''\
"""{name}: replace this by what yours does."""

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, tunable
from caviar_plugins import Beta, Log


class {cls}(Optimizer):
    """average = momentum * average + (1 - momentum) * gradient; theta -= learning_rate * average.

    One model or a thousand: the buffers are (members, size), each tunable is (members, 1).
    """

    learning_rate: Tunable[float] = tunable(default=0.1, gt=0, search=Log(1e-3, 1.0), tier=1)
    momentum: Tunable[float] = tunable(default=0.9, ge=0, lt=1, search=Beta(0.5, 0.99), tier=2)

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        return {{"average": namespace(parameters).zeros_like(parameters)}}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        average = state["average"]
        average += (1 - self.momentum) * (gradients - average)
        parameters -= self.learning_rate * average
'''
TEST = '''\
"""{name}: the laws of optimizers, and what is special about this one."""

import numpy
from caviar.testing import OptimizerContract, bound

from {module} import {cls}


class Test{cls}(OptimizerContract):
    optimizer = {cls}(learning_rate=0.5)

    def test_without_momentum_it_steps_against_the_gradient(self) -> None:
        parameters, gradients = numpy.array([[1.0, 2.0]]), numpy.array([[10.0, -1.0]])
        optimizer = bound([{cls}(learning_rate=0.1, momentum=0.0)])
        optimizer.update(parameters, gradients, optimizer.init(parameters, ()), numpy.ones((1, 1)), ())
        numpy.testing.assert_allclose(parameters, [[0.0, 2.1]])
'''
EXAMPLE = """\
# 64 networks on handwritten digits, each with its own learning rate and momentum: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "{name}"
learning_rate = {{ log = [1e-3, 1.0] }}
momentum = {{ beta = [0.5, 0.99] }}

[search]
trials = 64
"""
README = """\
# {name}

An optimizer for [caviar](https://pypi.org/project/{caviar}/). In this folder:

```sh
pip install -e '.[test]'    # once, and again after a change of pyproject.toml
pytest                      # the laws that every optimizer passes
pipe plugins {name}
pipe run example.toml
```
"""


class NoPlugin(Problem):
    """A plugin cannot be begun under this name; the message says why."""


def begin(name: str, folder: Path) -> list[Path]:
    """Writes the distribution into a new folder called like the plugin; the files that were written."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise NoPlugin(f"'{name}' is no name for a plugin: small letters, digits and single '-', such as my-optimizer")
    if name in index.names("optimizer"):
        raise NoPlugin(f"there is an optimizer '{name}' already, of {index.find('optimizer', name).owner}")
    home = folder / name
    if home.exists():
        raise NoPlugin(f"{home}: is there already; choose another name or remove it first")
    module = name.replace("-", "_")
    words = {
        "caviar": index.own_distribution(),
        "name": name,
        "module": module,
        "cls": "".join(part.capitalize() for part in name.split("-")),
    }
    texts = {
        "README.md": README,
        "pyproject.toml": PROJECT,
        f"{module}.py": MODULE,
        f"tests/test_{module}.py": TEST,
        "example.toml": EXAMPLE,
    }
    (home / "tests").mkdir(parents=True)
    for file, text in texts.items():
        (home / file).write_text(text.format(**words))
    return [home / file for file in texts]
