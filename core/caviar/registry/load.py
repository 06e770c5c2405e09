"""Loading: imports one plugin, and verifies that it is what its entry point declares."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import isclass
from traceback import walk_tb
from typing import Any

from caviar.function.trainer import FunctionTrainer
from caviar.function.version import version_of_function
from caviar.interfaces.plugin import Plugin
from caviar.registry.code import file_of
from caviar.registry.extras import install_line
from caviar.registry.flaws import flaw_of
from caviar.registry.index import Entry, NotInstalled, PluginError, current, find, own_distribution
from caviar.support.raised import sentence

# Base classes are imported when their kind is asked for: `pipe check` then loads only what a file names.
_BASES = {
    "activation": "Activation",
    "backend": "Backend",
    "data": "Data",
    "embedding": "Embedding",
    "executor": "Executor",
    "exporter": "Exporter",
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
    """The class behind one entry, for descriptions: packages that it requires may be missing. Raises PluginError."""
    return _verified(entry, _imported(entry))


def name_of(cls: type[Plugin]) -> str:
    """A plugin's name in files: its entry point's name, else its `name`, else its class's in lower case."""
    entry = entry_of(cls)
    return entry.name if entry else cls.name or cls.__name__.lower()


def label_of(plugin: Plugin) -> str:
    """A plugin's element in paths: the name that the file gave it there, else the plugin's name."""
    return plugin.given_name or name_of(type(plugin))


def version_of(cls: type[Plugin]) -> str:
    """The plugin's owner: "caviar-ml 0.1.0"; for a class without an entry, its module, and its function's version."""
    if entry := entry_of(cls):
        return entry.owner
    return (
        f"{cls.__module__} {version_of_function(cls.function)}" if issubclass(cls, FunctionTrainer) else cls.__module__
    )


def entry_of(cls: type[Plugin]) -> Entry | None:
    """The entry that a class is found by; None for one without an entry, such as a class in a notebook.

    A class of a code file has its file's, in any thread: a program may hold it where its run is not the current one.
    """
    target = f"{cls.__module__}:{cls.__qualname__}"
    entry = current().of_target.get((cls.kind, target))
    if entry is None and (file := file_of(cls)):
        entry = next((each for each in file.entries if each.target == target), None)
    return entry


def declared(cls: type[Plugin]) -> type[Plugin]:
    """The class that this is an accelerated variant of, or the class itself."""
    target = f"{cls.__module__}:{cls.__qualname__}"
    return next((each for each in cls.__mro__ if target in each.__dict__.get("variants", {}).values()), cls)


@cache  # of installed plugins only, which no run changes
def is_bundled(cls: type[Plugin]) -> bool:
    """Whether a declared class is Caviar's own."""
    entry = entry_of(cls)
    return entry is not None and entry.distribution == own_distribution()


def _imported(entry: Entry) -> Any:
    module, _, attribute = entry.target.partition(":")
    try:
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:  # a plugin's module may raise anything; only its users may be affected
        steps = walk_tb(error.__traceback__)
        lines = [f"{each.f_code.co_filename}:{line}" for each, line in steps if each.f_globals["__name__"] == module]
        where = f" at {lines[-1]}" if lines else ""
        raise PluginError(_sentence(entry, f"importing it failed: {sentence(error)}{where}")) from error
    return found


def _verified(entry: Entry, cls: Any) -> type[Plugin]:
    base = base_of(entry.kind) if entry.kind in _BASES else None
    if base is None:
        reason = f"there is no kind '{entry.kind}'; kinds are {', '.join(KINDS)}"
    elif not isclass(cls):
        reason = f"{entry.target} is not a class"
    elif not issubclass(cls, base):
        reason = f"{entry.target} does not extend caviar.{base.__name__}"
    elif entry.installed and cls.written_for is None:
        bases = ", ".join(each.__name__ for each in cls.__bases__)
        line = f"class {cls.__name__}({bases}, interface=N); this Caviar has {entry.kind} interface {base.interface}"
        reason = f"{cls.__name__} does not state the interface number it was written for; its author must write {line}"
    elif (flaw := flaw_of(cls, base)) is not None:
        reason = flaw
    else:
        return cls
    raise PluginError(_sentence(entry, reason))


def _sentence(entry: Entry, reason: str) -> str:
    return f"{entry.kind} '{entry.name}' of {entry.owner} cannot be used: {reason}"
