"""Looks up the plugin class of a name."""

from __future__ import annotations

from caviar.config.hints.suggestions import unknown_plugin
from caviar.interfaces.plugin import Plugin
from caviar.registry import index
from caviar.registry.load import load


def plugin_by_name(kind: str, name: str) -> type[Plugin]:
    """The class of that name. Raises PluginError with a suggestion."""
    if name not in index.names(kind):
        raise unknown_plugin(kind, name)
    return load(kind, name)
