"""Dumps a pipeline as TOML with every default written out, and compares two such texts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from json import dumps
from pathlib import Path
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import unread
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.types import field_type
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import name_of


def to_toml(pipeline: Pipeline) -> str:
    """The resolved file: reading it from any folder gives an equal pipeline. It omits tables that are not read."""
    ignored = unread(pipeline)
    fields = {name: getattr(pipeline, name) for name in Pipeline.model_fields if name not in ignored}
    tables: dict[str, dict[str, Any]] = {}
    lines = []
    for name, value in fields.items():
        if name == "schedule":
            searched = {key: each for key, each in value.items() if isinstance(each, Sampler)}
            tables |= {"[schedule]": searched} if searched else {}
            tables |= {
                f"[schedule.{key_text(key)}]": table_of(each) for key, each in value.items() if key not in searched
            }
        elif isinstance(value, Declared) and not isinstance(value, Sampler) and name != "backend":
            tables[f"[{name}]"] = table_of(value)
        elif not (name in ("data", "recipe") and value is None):
            lines.append(f"{name} = {_list(value) if isinstance(value, tuple) else inline(value)}")
    for header, table in tables.items():
        lines += ["", header, *(f"{key_text(key)} = {inline(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def changed(old: str, new: str) -> list[str]:
    """The paths at which two resolved files differ; that of its table for a plugin that another one replaces."""
    before, after = (dict(_leaves(tomllib.loads(text), "")) for text in (old, new))
    differing = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    replaced = [path.removesuffix(".use") for path in differing if path.endswith(".use")]

    def table(path: str) -> str:
        return next((each for each in replaced if path.startswith(f"{each}.")), path)

    return list(dict.fromkeys(map(table, differing)))


def _list(values: tuple[Any, ...]) -> str:
    """A list with one element a line, since each is a table."""
    return "[" + "".join(f"\n  {inline(each)}," for each in values) + "\n]" if values else "[]"


def table_of(value: Declared) -> dict[str, Any]:
    """A declared object as the keys of its table."""
    fields = {name: getattr(value, name) for name in type(value).model_fields}
    if not isinstance(value, Plugin):
        return fields
    label = {"name": value.given_name} if value.given_name else {}
    return {"use": name_of(type(value)), **label, **fields}


def sampler_table(sampler: Sampler) -> dict[str, Any]:
    """Required fields as the list, then other fields that are not at their default."""
    cls = type(sampler)
    name, fields = name_of(cls), list(cls.model_fields)
    if fields and field_type(cls, fields[0]).element is not None:
        listed, rest = getattr(sampler, fields[0]), fields[1:]
    else:
        required = [field for field in fields if cls.model_fields[field].is_required()]
        listed, rest = tuple(getattr(sampler, field) for field in required), fields[len(required) :]
    written = {}
    for field in rest:
        value, default = getattr(sampler, field), cls.model_fields[field].get_default(call_default_factory=True)
        if value != default:
            written[field] = value
    return {name: listed, **written}


def inline(value: Any) -> str:
    """One value as TOML, on one line if there is no list of plugins in it."""
    if value is None:
        return '"auto"'
    if isinstance(value, Sampler):
        return _braces(sampler_table(value))
    if isinstance(value, Plugin):
        table = table_of(value)
        short = len(table) == 1 and value.kind != "metric"  # text there is a metric of some part
        return inline(table["use"]) if short else _braces(table)
    if isinstance(value, Declared):
        return _braces(table_of(value))
    if isinstance(value, Mapping):
        return _braces(value)
    if isinstance(value, (tuple, list)):
        if len(value) > 1 and all(isinstance(each, (Plugin, Mapping)) for each in value):
            return _list(tuple(value))
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, Path)):
        return dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _braces(table: Mapping[str, Any]) -> str:
    pairs = ", ".join(f"{key_text(key)} = {inline(value)}" for key, value in table.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def key_text(key: str) -> str:
    """A key as TOML, quoted if needed."""
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else dumps(key, ensure_ascii=False)


def _leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Path -> value. A table that names no plugin, below the first level, is a sampler and stays whole."""
    depth = path.count(".") + 1 if path else 0
    if isinstance(node, dict) and ("use" in node or depth == 0 or path in ("search", "schedule")):
        for key, each in node.items():
            yield from _leaves(each, f"{path}.{key}" if path else key)
    elif isinstance(node, list) and depth == 1:
        for place, each in enumerate(node):
            name = each.get("name", each["use"]) if isinstance(each, dict) and "use" in each else each
            label = name if isinstance(name, str) else str(place)
            yield from _leaves(each, f"{path}.{label}")
    else:
        yield path, node
