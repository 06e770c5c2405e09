"""The distribution's name: what Caviar says of itself leads to it, and never to the other project called `caviar`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from caviar.registry.index import entries, own_distribution
from caviar.registry.load import load, version_of

ROOT = Path(__file__).parents[2]
_STRANGER = re.compile(
    r"""pip\ (un)?install\b[^\n`|]*?[\s'"]caviar(?![-\w./])  # a line that names it
    | ['"]?caviar\[\w                                       # with an extra
    | project/caviar\b(?!-)                                 # its page
    | dependencies\ =\ \["caviar["<>=]                      # a plugin that depends on it""",
    re.VERBOSE,
)


def test_the_name_is_that_of_pyproject() -> None:
    assert own_distribution() == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]


def test_every_bundled_plugin_is_of_that_distribution() -> None:
    bundled = [each for each in entries() if each.target.startswith("caviar_plugins.")]
    assert bundled
    assert {each.distribution for each in bundled} == {own_distribution()}
    assert version_of(load("optimizer", "adam")).startswith(f"{own_distribution()} ")


def test_no_line_installs_the_project_that_has_the_name_caviar_on_the_index() -> None:
    here = Path(__file__)
    files = [each for pattern in ("*.py", "*.md", "*.toml") for each in ROOT.rglob(pattern)]
    ours = [each for each in files if not any(part.startswith(".") for part in each.relative_to(ROOT).parts[:-1])]
    assert ours
    texts = {each: each.read_text(encoding="utf-8") for each in ours if each != here}
    assert [f"{each}: {found[0]}" for each, text in texts.items() for found in _STRANGER.finditer(text)] == []
