"""What `pipe init` writes into a file of what was found in a table, with comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar_plugins.tables.declared import comment
from caviar_plugins.tables.seen import Seen
from caviar_plugins.tables.source import PLAIN
from caviar_plugins.tables.sql import key

_WHY = {
    "separator": "between cells",
    "quote": "around cells with a separator in them",
    "decimal": "before the fraction of numbers",
    "header": "the first row is no header: columns are column1, column2, …",
    "skip": "lines above the table",
    "encoding": "the file is not in UTF-8",
}


def written(given: Mapping[str, Any], found: Mapping[str, Any], seen: Seen) -> tuple[tuple[str, Any, str], ...]:
    """The settings that were `found` but not `given`, where they differ from those of a plain file, and why."""
    told = [
        (name, found[name], why)
        for name, why in _WHY.items()
        if found[name] != getattr(PLAIN, name, ".") and given[name] is None
    ]
    readings = zip(seen.names, seen.readings.columns, strict=True)
    whys = {name: comment(each) for name, each in readings}
    own = {name: kind for name, kind in found["columns"].items() if name not in given["columns"] and whys[name]}
    return (*told, *((f"columns.{key(name)}", kind, whys[name]) for name, kind in own.items()))
