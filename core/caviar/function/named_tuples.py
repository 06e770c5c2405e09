"""Named tuples of a state, such as those of optax: saved by the place of their class, made again without its code.

A class is only looked up among modules that the process has imported already, and must be a named tuple with the same
fields; its values are set without calling it. So a state imports and runs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from caviar.function.importable import CODE
from caviar.function.unsavable import UnsavableState


def place_of(cls: type) -> str:
    """ "module:name" of a class; a code file's module without the part that changes with its content."""
    module = cls.__module__
    return f"{module.rpartition('_')[0] if module.startswith(CODE) else module}:{cls.__qualname__}"


def class_at(place: str, fields: Sequence[str]) -> type[tuple[Any, ...]] | None:
    """The named tuple of that place and those fields, if this process has imported it."""
    module, _, name = place.partition(":")
    for each in _modules(module):
        found: Any = each
        for part in name.split("."):
            found = vars(found).get(part) if hasattr(found, "__dict__") else None
        if isinstance(found, type) and issubclass(found, tuple) and getattr(found, "_fields", None) == tuple(fields):
            return found
    return None


def made_at(place: str, fields: Sequence[str], values: Sequence[Any]) -> tuple[Any, ...]:
    """The named tuple with these values. Raises UnsavableState where its class is not there."""
    cls = class_at(place, fields)
    if cls is None:
        module, _, name = place.partition(":")
        raise UnsavableState(
            f"state has the named tuple {name}({', '.join(fields)}) of {module}, which has not been imported here or "
            "has other fields; import its module at the top of the file"
        )
    return tuple.__new__(cls, values)


def _modules(name: str) -> Iterator[Any]:
    """The modules of that name: of a code file all of its versions, the newest first, and the script that it is."""
    if not name.startswith(CODE):
        yield from filter(None, [sys.modules.get(name)])
        return
    yield from [module for known, module in reversed(sys.modules.items()) if known.startswith(f"{name}_")]
    yield sys.modules["__main__"]
