"""A plugin author's first distribution: one plugin, the laws it passes, and a pipeline that uses it."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from string import Template

from caviar.cli.scaffold import starters
from caviar.config.hints.suggestions import closest
from caviar.registry import index
from caviar.registry.load import KINDS, base_of
from caviar.values.problem import Problem

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "$name"
version = "0.1.0"
description = "$article $kind for caviar"
requires-python = ">=3.11"
dependencies = ["$caviar"]

[project.optional-dependencies]
# Without array-api-strict, which stands in for CuPy, some laws are skipped.
test = ["array-api-strict", "pytest"]

# Where caviar finds the plugin: the name that files use = "module:Class". Install again after a change here.
[project.entry-points."caviar.$kind"]
$name = "$module:$cls"

[tool.hatch.build.targets.wheel]
packages = ["$module"]
"""
README = """\
# $name

$article $kind for [caviar](https://pypi.org/project/$caviar/). In this folder:

```sh
pip install -e '.[test]'    # once, and again after a change of pyproject.toml
pytest                      # the laws that every $kind passes
pipe plugins $name
pipe run example.toml
```
"""
# Where the bundled plugin of a kind is made of many files: one that is short and whole.
_MODELS = {"store": "tests/seams/json_lines.py of Caviar's repository, a store in one file"}


class NoPlugin(Problem):
    """There is no starter for this name or kind; the message gives the reason."""


def starter_kinds() -> tuple[str, ...]:
    """The kinds of which there is a starter."""
    return tuple(sorted(each.name for each in iter_modules(starters.__path__)))


def begin(name: str, folder: Path, kind: str = "optimizer") -> list[Path]:
    """Writes the distribution into a new folder called like the plugin; the files that were written."""
    _has_starter(kind)
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise NoPlugin(
            f"'{name}' cannot name a plugin: use lower-case letters, digits and single '-', such as my-{kind}"
        )
    article = "an" if kind[0] in "aeiou" else "a"
    if name in index.names(kind):
        raise NoPlugin(f"there is {article} {kind} '{name}' already, of {index.find(kind, name).owner}")
    home = folder / name
    if home.exists():
        raise NoPlugin(f"{home}: already exists; choose another name or remove it first")
    module = name.replace("-", "_")
    words = {
        "article": article.capitalize(),
        "bases": _bases(kind),
        "caviar": index.own_distribution(),
        "cls": "".join(part.capitalize() for part in name.split("-")),
        "kind": kind,
        "module": module,
        "name": name,
    }
    starter = import_module(f"{starters.__name__}.{kind}")
    texts = {
        "README.md": README,
        "pyproject.toml": PROJECT,
        f"{module}/__init__.py": starter.PLUGIN,
        f"{module}/py.typed": "",
        f"tests/test_{module}.py": starter.TEST,
        "example.toml": starter.EXAMPLE,
        **getattr(starter, "FILES", {}),
    }
    for file, text in texts.items():
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).write_text(Template(text).substitute(words), encoding="utf-8")
    return [home / file for file in texts]


def _bases(kind: str) -> str:
    """What stands in the parentheses of a starter's class statement."""
    base = base_of(kind)
    return f"{base.__name__}, interface={base.interface}"


def _has_starter(kind: str) -> None:
    """Raises NoPlugin for a kind without a starter; the message names what to copy instead."""
    if kind in starter_kinds():
        return
    if kind not in KINDS:
        raise NoPlugin(f"there is no kind '{kind}'{closest(kind, KINDS)}")
    contract = f"caviar.testing.{base_of(kind).__name__}Contract"
    bundled = (find_spec(each.target.partition(":")[0]) for each in index.entries(kind))
    file = _MODELS.get(kind) or next((spec.origin for spec in bundled if spec), "")
    raise NoPlugin(f"there is no starter for a plugin of kind '{kind}'; copy {file}, and test yours with {contract}")
