"""JSON Schema of pipeline files, with the plugins on this machine: for editors, through `#:schema` and taplo."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import getdoc
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin

from caviar.config.declaration.dump import inline
from caviar.config.declaration.pipeline import Pipeline
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.field import Facts
from caviar.interfaces.fields.types import FieldType, field_type, type_of_annotation
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry import index
from caviar.registry.load import load, name_of
from caviar.registry.recipes import RECIPE

Schema: TypeAlias = dict[str, Any]

_SCALARS: dict[Any, Schema] = {
    float: {"type": "number"},
    int: {"type": "integer"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    Path: {"type": "string"},
}
_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def schema() -> Schema:
    """The complete schema. A field's default range and tier are in its description and under `x-caviar`."""
    kinds = dict.fromkeys(each.kind for each in index.entries() if each.kind != RECIPE)
    parts = {f"{kind}.{name}": _table(cls, kind) for kind in kinds for name, cls in _usable(kind)}
    table = _table(Pipeline, None)
    recipe = {"enum": list(index.names(RECIPE)), "description": table["properties"]["recipe"]["description"]}
    table["properties"]["recipe"] = recipe
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A caviar pipeline",
        **table,
        "anyOf": [{"required": ["data"]}, {"required": ["trainer"]}],  # a program's trainer reads no data
        "definitions": {kind: _kind(kind) for kind in kinds} | parts,
    }


def _usable(kind: str) -> Iterable[tuple[str, type[Plugin]]]:
    for name in index.names(kind):
        try:
            yield name, load(kind, name)
        except index.PluginError:
            continue  # `pipe plugins` reports it


def _kind(kind: str) -> Schema:
    """The schema of a plugin of a kind: its name, or its table."""
    if kind == "sampler":
        return {"anyOf": [{"$ref": f"#/definitions/sampler.{name}"} for name, _ in _usable(kind)]}
    plain = [name for name, cls in _usable(kind) if not any(each.is_required() for each in cls.model_fields.values())]
    tables = [{"$ref": f"#/definitions/{kind}.{name}"} for name, _ in _usable(kind)]
    return {"anyOf": [*([{"type": "string", "enum": plain}] if plain else []), *tables]}


def _table(cls: type[Declared], kind: str | None) -> Schema:
    properties = {field: _field(cls, field) for field in cls.model_fields}
    required = [field for field, each in cls.model_fields.items() if each.is_required()]
    table: Schema = {"type": "object", "additionalProperties": False, "description": getdoc(cls) or ""}
    if issubclass(cls, Sampler):
        name, rest = name_of(cls), {field: each for field, each in properties.items() if field not in required}
        items: Schema = {} if field_type(cls, next(iter(properties), "")).element else {"maxItems": len(properties)}
        return {**table, "properties": {name: {"type": "array", **items}, **rest}, "required": [name]}
    if kind is not None and issubclass(cls, Plugin):
        use: Schema = {"const": name_of(cls), "description": (getdoc(cls) or "").partition("\n")[0]}
        properties = {"use": use, "name": {"type": "string"}, **properties}
    return {**table, "properties": properties, **({"required": required} if required else {})}


def _field(cls: type[Declared], field: str) -> Schema:
    info, facts, want = cls.model_fields[field], cls.facts(field), field_type(cls, field)
    found = _alternatives(want, facts)
    if info.is_required():
        return found
    default = inline(info.get_default(call_default_factory=True))
    search = f" Searched by {inline(facts.search)}." if facts.search else ""
    tier = f" Tier {facts.tier}." if facts.tier else ""
    ours = {"search": inline(facts.search) if facts.search else None, "tier": facts.tier, "also": list(facts.also)}
    said = {key: each for key, each in ours.items() if each}
    return {**found, "description": f"Default {default}.{search}{tier}", **({"x-caviar": said} if said else {})}


def _alternatives(want: FieldType, facts: Facts) -> Schema:
    options = [_type(each, facts) for each in want.types]
    if want.tunable:
        options.append({"$ref": "#/definitions/sampler"})
    return options[0] if len(options) == 1 else {"anyOf": options}


def _type(each: Any, facts: Facts) -> Schema:
    if each in _SCALARS:
        numeric = each in (float, int)
        limits = {word: getattr(facts, name) for name, word in _LIMITS.items() if getattr(facts, name) is not None}
        return {**_SCALARS[each], **(limits if numeric else {})}
    if each is type(None):
        return {"const": "auto"}
    if get_origin(each) is Literal:
        return {"enum": list(get_args(each))}
    if get_origin(each) is tuple:
        return {"type": "array", "items": _alternatives(type_of_annotation(get_args(each)[0]), facts)}
    if get_origin(each) is dict:
        return {"type": "object", "additionalProperties": _alternatives(type_of_annotation(get_args(each)[1]), facts)}
    if isinstance(each, type) and issubclass(each, Plugin):
        return {"$ref": f"#/definitions/{each.kind}"}
    return _table(each, None) if isinstance(each, type) and issubclass(each, Declared) else {}
