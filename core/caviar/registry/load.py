"""Loading: imports one plugin, and makes sure that it is what its entry point says."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import isabstract, isclass
from typing import Any

from caviar.interfaces.plugin import Plugin
from caviar.registry.extras import install_line
from caviar.registry.index import Entry, NotInstalled, PluginError, entries, find

# Base classes are imported when their kind is asked for: `pipe check` then loads only what a file names.
_BASES = {
    "activation": "Activation",
    "backend": "Backend",
    "data": "Data",
    "executor": "Executor",
    "loss": "Loss",
    "metric": "Metric",
    "model": "Model",
    "normalizer": "Normalizer",
    "optimizer": "Optimizer",
    "pruner": "Pruner",
    "regularizer": "Regularizer",
    "reporter": "Reporter",
    "sampler": "Sampler",
    "schedule": "Schedule",
    "store": "Store",
    "strategy": "Strategy",
    "trainer": "Trainer",
    "transform": "Transform",
}
KINDS = tuple(_BASES)

_names: dict[type[Plugin], str] = {}


@cache
def base_of(kind: str) -> type[Plugin]:
    """The class that every plugin of a kind extends."""
    base: type[Plugin] = getattr(import_module(f"caviar.interfaces.{kind}"), _BASES[kind])
    return base


def load(kind: str, name: str) -> type[Plugin]:
    """The plugin class of that name, imported and verified. Raises PluginError."""
    return load_entry(find(kind, name))


def load_entry(entry: Entry) -> type[Plugin]:
    """The class behind one entry, imported and verified. Raises PluginError."""
    cls = read(entry)
    if missing := [name for name in cls.requires if find_spec(name) is None]:
        line = install_line(entry.distribution, missing[0])
        raise NotInstalled(_sentence(entry, f"it needs '{missing[0]}'"), line)
    return cls


def read(entry: Entry) -> type[Plugin]:
    """The class behind one entry, to be described: what it requires may be missing. Raises PluginError."""
    cls = _verified(entry, _imported(entry))
    _names.setdefault(cls, entry.name)
    return cls


def name_of(cls: type[Plugin]) -> str:
    """What a file calls this plugin: its entry point's name, else its own `name`, else its class's in lower case."""
    if cls not in _names:
        target = f"{cls.__module__}:{cls.__qualname__}"
        listed = (each.name for each in entries(cls.kind) if each.target == target)
        _names[cls] = next(listed, cls.name or cls.__name__.lower())
    return _names[cls]


def label_of(plugin: Plugin) -> str:
    """A plugin's element in paths: the name it was given in its place, else its plugin's name."""
    return plugin.given_name or name_of(type(plugin))


def version_of(cls: type[Plugin]) -> str:
    """Whose plugin this is: "caviar 0.1.0"; for a class that nobody declares, its module."""
    name = name_of(cls)
    owners = (each.owner for each in entries(cls.kind) if each.name == name)
    return next(owners, cls.__module__)


def _imported(entry: Entry) -> Any:
    module, _, attribute = entry.target.partition(":")
    try:
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:  # a plugin's module may raise anything; only who uses it may notice
        reason = " ".join(str(error).split()) or "no message"
        raise PluginError(_sentence(entry, f"importing it failed: {type(error).__name__}: {reason}")) from error
    return found


def _verified(entry: Entry, cls: Any) -> type[Plugin]:
    base = base_of(entry.kind) if entry.kind in _BASES else None
    if base is None:
        reason = f"there is no kind '{entry.kind}'; kinds are {', '.join(KINDS)}"
    elif not isclass(cls):
        reason = f"{entry.target} is not a class"
    elif not issubclass(cls, base):
        reason = f"{entry.target} does not extend caviar.{base.__name__}"
    elif cls.interface != base.interface:
        older = "the plugin" if cls.interface < base.interface else "caviar"
        reason = f"written for {entry.kind} interface {cls.interface}, and caviar has {base.interface}; update {older}"
    elif isabstract(cls):
        methods = ", ".join(sorted(cls.__abstractmethods__))
        reason = f"{cls.__name__} lacks {methods}"
    else:
        return cls
    raise PluginError(_sentence(entry, reason))


def _sentence(entry: Entry, reason: str) -> str:
    return f"{entry.kind} '{entry.name}' of {entry.owner} cannot be used: {reason}"
