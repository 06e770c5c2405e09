"""Recipes: the file that a distribution's entry point names, `name = "package:file.toml"`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from caviar.registry.index import Entry, PluginError
from caviar.support.raised import sentence

RECIPE = "recipe"
"""The kind of a recipe's entries. It has no class: a recipe is a file."""


def recipe_file(entry: Entry) -> Path:
    """The file of a recipe, in a package of its distribution. Raises PluginError."""
    package, _, name = entry.target.partition(":")
    try:
        found = find_spec(package)
    except (Exception, SystemExit) as error:  # importing the package around it may raise anything
        raise _unusable(entry, f"importing '{package}' failed: {sentence(error)}") from error
    if found is None:
        raise _unusable(entry, f"there is no package '{package}'")
    files = [Path(folder) / name for folder in found.submodule_search_locations or ()]
    if not name.endswith(".toml") or not files:
        raise _unusable(
            entry, f'{entry.target} names no file; its author must write {entry.name} = "package:file.toml"'
        )
    file = next((each for each in files if each.is_file()), None)
    if file is None:
        raise _unusable(entry, f"'{package}' has no file {name}")
    return file


def _unusable(entry: Entry, reason: str) -> PluginError:
    return PluginError(f"{entry.kind} '{entry.name}' of {entry.owner} cannot be used: {reason}")
