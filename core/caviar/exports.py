"""Public names of a module that are imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def exports(
    module: str, homes: Mapping[str, tuple[str, ...]], also: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module whose names live in other modules.

    homes: module -> the names it defines. also: name -> the module that this name is.
    """
    home = {name: source for source, names in homes.items() for name in names}
    modules = dict(also or {})

    def find(name: str) -> Any:
        if name in home:
            return getattr(import_module(home[name]), name)
        if name in modules:
            return import_module(modules[name])
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return find, lambda: sorted([*home, *modules])
