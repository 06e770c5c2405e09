"""The index of plugins and their distributions, read from entry-point metadata; no plugin is imported."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from typing import cast

from caviar.values.problem import Problem

PREFIX = "caviar."
_COMMAND = "caviar.cli.entry:main"  # the target of `pipe`


class PluginError(Problem):
    """A plugin cannot be used; the message names it, its owner, the reason and what to do."""


class NotInstalled(PluginError):
    """A plugin lacks what an extra brings; `line` installs it."""

    def __init__(self, sentence: str, line: str) -> None:
        super().__init__(f"{sentence}; {line}")
        self.line = line


@dataclass(frozen=True, order=True)
class Entry:
    """One plugin that could be loaded: `target` is "module:Class".

    `installed`: whether a distribution's entry point names it; a class of a `--code` file has none.
    """

    kind: str
    name: str
    target: str
    distribution: str
    version: str
    installed: bool = False

    @property
    def owner(self) -> str:
        """Its owner: "caviar-ml 0.1.0"."""
        return f"{self.distribution} {self.version}".rstrip()


_added: dict[tuple[str, str], Entry] = {}


@cache
def entries(kind: str | None = None) -> tuple[Entry, ...]:
    """All plugins, or those of one kind, in order; a name with two owners comes twice.

    Sorted once, until a plugin is added or forgotten: a search looks plugins up thousands of times.
    """
    return tuple(each for each in sorted((*_installed(), *_added.values())) if kind in (None, each.kind))


def names(kind: str) -> tuple[str, ...]:
    """The names of a kind, each once."""
    return tuple(dict.fromkeys(each.name for each in entries(kind)))


def kinds_with(name: str) -> tuple[str, ...]:
    """The kinds in which a name exists."""
    return tuple(dict.fromkeys(each.kind for each in entries() if each.name == name))


def find(kind: str, name: str) -> Entry:
    """The one entry of that name."""
    found = [each for each in entries(kind) if each.name == name]
    if not found:
        known = ", ".join(names(kind)) or "none is installed"
        raise PluginError(f"unknown {kind} '{name}'; there are: {known}")
    if len(found) > 1:
        owners = " and ".join(f"{each.owner} ({each.target})" for each in found)
        raise PluginError(f"{kind} '{name}' has two owners: {owners}; uninstall one, or rename one")
    return found[0]


def add(entry: Entry) -> None:
    """Adds a class that no installed distribution provides."""
    _added[entry.kind, entry.target] = entry
    entries.cache_clear()


def forget(module: str) -> None:
    """Takes back what was added from modules whose names begin so."""
    for key in [key for key in _added if key[1].startswith(module)]:
        del _added[key]
    entries.cache_clear()


@cache
def own_distribution() -> str:
    """The name that pip installs Caviar by: of the distribution that brings the command `pipe`."""
    brought = (each.dist for each in _points().select(group="console_scripts") if each.value == _COMMAND)
    return next((each.name for each in brought if each), "unknown")


@cache
def _points() -> EntryPoints:
    return cast("EntryPoints", entry_points())  # in 3.11 a subclass of dict that has the same methods


@cache
def _installed() -> tuple[Entry, ...]:
    points = _points()
    return tuple(
        Entry(
            point.group.removeprefix(PREFIX),
            point.name,
            point.value,
            point.dist.name if point.dist else "unknown",
            point.dist.version if point.dist else "",
            installed=True,
        )
        for group in points.groups
        if group.startswith(PREFIX)
        for point in points.select(group=group)
    )
