"""Recipes of another distribution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from caviar.registry.index import Entry
from caviar.registry.recipes import RECIPE

Publish = Callable[[str], Path]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, add_plugin: Callable[[Entry], None]) -> Publish:
    """Makes a text the recipe 'theirs', a file in a package of another distribution."""
    monkeypatch.chdir(tmp_path)
    package = f"others_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / "site" / package
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(folder.parent)

    def publish(text: str) -> Path:
        (folder / "__init__.py").touch()
        file = folder / "theirs.toml"
        file.write_text(text, encoding="utf-8")
        add_plugin(Entry(RECIPE, "theirs", f"{package}:theirs.toml", "others", "1.0", installed=True))
        return file

    return publish
