"""The index of plugins and their distributions, read from entry-point metadata; no plugin is imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import Distribution, EntryPoints, entry_points
from pathlib import Path
from typing import cast

from caviar.values.problem import Problem

PREFIX = "caviar."
_COMMAND = "caviar.cli.entry:main"  # the target of `pipe`


class PluginError(Problem):
    """A plugin cannot be used; the message names it, its owner, the reason and what to do."""


class UnknownPlugin(PluginError):
    """No plugin has this name; `own`: it may be one of the user's own plugins, whose file was not given."""

    def __init__(self, sentence: str, own: bool = False) -> None:
        super().__init__(with_own_plugin(sentence) if own else sentence)
        self.sentence, self.own = sentence, own


def with_own_plugin(sentence: str, code: str = 'load(…, code="FILE.py")') -> str:
    """A sentence about an unknown name, with how to load a plugin of one's own; `code` is how its file is given.

    The default is for Python; commands pass their option.
    """
    return f"{sentence}; one of your own: install it, or {code}"


class NotInstalled(PluginError):
    """A plugin needs a package of an extra that is not installed; `line` is the command that installs it."""

    def __init__(self, sentence: str, line: str) -> None:
        super().__init__(f"{sentence}; {line}")
        self.line = line


@dataclass(frozen=True, order=True)
class Entry:
    """A plugin that can be loaded: `target` is "module:Class".

    `installed`: whether a distribution's entry point names it; a class of a code file has none.
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


@cache
def own_distribution() -> str:
    """The name that pip installs Caviar by: that of the distribution with the command `pipe`."""
    brought = (each.dist for each in _points().select(group="console_scripts") if each.value == _COMMAND)
    return next((each.name for each in brought if each), "unknown")


@cache
def _points() -> EntryPoints:
    return cast("EntryPoints", entry_points())  # in 3.11 a subclass of dict that has the same methods


@cache
def _installed() -> tuple[Entry, ...]:
    points, owner = _points(), cache(_owner)  # each look at a distribution's name or version parses its metadata
    return tuple(
        Entry(
            point.group.removeprefix(PREFIX),
            point.name,
            point.value,
            *(owner(point.dist) if point.dist else ("unknown", "")),
            installed=True,
        )
        for group in points.groups
        if group.startswith(PREFIX)
        for point in points.select(group=group)
    )


def _owner(distribution: Distribution) -> tuple[str, str]:
    return distribution.name, distribution.version


@dataclass(frozen=True)
class CodeFile:
    """A file of plugins as it was read; workers get this content even if the file has changed since."""

    path: Path
    content: bytes
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Registry:
    """The plugins that one run finds by name: the installed ones, and those of its own code files.

    A value that never changes, so two runs in one process do not see each other's plugins.
    """

    files: tuple[CodeFile, ...] = ()
    installed: tuple[Entry, ...] = field(default_factory=_installed, repr=False)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All plugins in order; a name with two owners appears twice."""
        return tuple(sorted((*self.installed, *(entry for file in self.files for entry in file.entries))))

    @cached_property
    def of_kind(self) -> dict[str, tuple[Entry, ...]]:
        """The same by kind. Cached: a search looks up plugins thousands of times."""
        kinds = dict.fromkeys(each.kind for each in self.entries)
        return {kind: tuple(each for each in self.entries if each.kind == kind) for kind in kinds}

    @cached_property
    def of_target(self) -> dict[tuple[str, str], Entry]:
        """(kind, "module:Class") -> its entry; the first one where a class has two names."""
        return {(each.kind, each.target): each for each in reversed(self.entries)}

    def with_file(self, file: CodeFile) -> Registry:
        """The registry with the plugins of a file, which replace those of an older version of it."""
        others = tuple(each for each in self.files if each.path != file.path)
        return Registry((*others, file), self.installed)

    def with_module(self, entry: Entry) -> Registry:
        """The registry with a plugin of an importable module, such as a function of the user's own package."""
        return Registry(self.files, (*(each for each in self.installed if each.target != entry.target), entry))

    @property
    def of_modules(self) -> tuple[Entry, ...]:
        """The plugins that `with_module` has added, as another process finds them: by the name of the main module."""
        return tuple(replace(each, target=_by_its_name(each.target)) for each in self.installed if not each.installed)


def _by_its_name(target: str) -> str:
    module, _, attribute = target.partition(":")
    spec = sys.modules[module].__spec__ if module == "__main__" else None
    return f"{spec.name}:{attribute}" if spec else target


_current: ContextVar[Registry] = ContextVar("registry")


@cache
def _without_files() -> Registry:
    return Registry()


def current() -> Registry:
    """The registry of the current run; outside of a run, the installed plugins."""
    return _current.get(None) or _without_files()


@contextmanager
def using(registry: Registry) -> Iterator[None]:
    """Makes names refer to the plugins of this registry, in this thread, until the end of the block."""
    token = _current.set(registry)
    try:
        yield
    finally:
        _current.reset(token)


def entries(kind: str | None = None) -> tuple[Entry, ...]:
    """All plugins of the current registry, or those of one kind, in order; a name with two owners appears twice."""
    return current().entries if kind is None else current().of_kind.get(kind, ())


def names(kind: str) -> tuple[str, ...]:
    """The names of a kind, without repetitions."""
    return tuple(dict.fromkeys(each.name for each in entries(kind)))


def kinds_with(name: str) -> tuple[str, ...]:
    """The kinds in which a name exists."""
    return tuple(dict.fromkeys(each.kind for each in entries() if each.name == name))


def find(kind: str, name: str) -> Entry:
    """The entry of that name. Raises PluginError if there is none, or more than one."""
    found = [each for each in entries(kind) if each.name == name]
    if not found:
        known = ", ".join(names(kind)) or "no plugin"
        raise PluginError(f"unknown {kind} '{name}'; available: {known}")
    if len(found) > 1:
        owners = " and ".join(f"{each.owner} ({each.target})" for each in found)
        raise PluginError(f"{kind} '{name}' has two owners: {owners}; uninstall one, or rename one")
    return found[0]
