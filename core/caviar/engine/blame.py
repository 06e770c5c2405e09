"""Blame: what a plugin raises, told as its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from caviar.engine.job import told
from caviar.interfaces.plugin import Plugin
from caviar.registry.index import PluginError
from caviar.registry.load import name_of, version_of


@contextmanager
def blamed(plugin: Plugin, at: str = "") -> Iterator[None]:
    """Whatever is raised becomes a PluginError: "strategy 'random' of caviar 0.1.0 failed: …"."""
    try:
        yield
    except Exception as error:  # a plugin may raise anything
        kind = type(plugin)
        failed = f"{kind.kind} '{name_of(kind)}' of {version_of(kind)} failed{at}"
        raise PluginError(f"{failed}: {told(error)}") from error
