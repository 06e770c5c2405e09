"""Suggestions for values whose meaning is clear, but which are not written as a file requires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from caviar.config.declaration.dump import inline
from caviar.config.hints.calls import Call, call_in
from caviar.config.hints.suggestions import unknown_plugin
from caviar.config.hints.synonyms import synonym_of
from caviar.interfaces.fields.types import FieldType, say
from caviar.interfaces.sampler import Sampler
from caviar.registry import index
from caviar.registry.load import load, name_of


def suggestion_for_table(expected: FieldType, raw: Any) -> str | None:
    """What to write instead of a table that is not allowed here, or of a text that is a call of a sampler."""
    if isinstance(raw, dict):
        return _no_table(expected, raw)
    if not (isinstance(raw, str) and expected.tunable and {int, float} & set(expected.types)):
        return None
    call = call_in(raw)
    line = call and range_in(call, expected)
    return f"a range is written {line}" if line else None


def suggestion_for_list(expected: FieldType, raw: Any) -> str | None:
    """What to write instead of a list of plugins' names where one searchable plugin belongs."""
    if not (expected.tunable and raw and isinstance(raw, list) and all(isinstance(each, str) for each in raw)):
        return None
    return f"must be {expected.words()}, not {say(raw)}; to search among several write {inline({'choice': raw})}"


def suggestion_for_single(entry: FieldType | None, name: Any, path: str) -> str | None:
    """What to write instead of one plugin's name where a table of several belongs, such as a schedule per field."""
    if not (entry and entry.plugin and isinstance(name, str)):
        return None
    kind = entry.plugin.kind
    return f"needs a {kind} for each field; write {path}.learning_rate = {inline(synonym_of(kind, name) or name)}"


def range_in(call: Call, expected: FieldType | None = None) -> str | None:
    """The range or choice that a call of a sampler means, for a field or any number; None for other calls."""
    name = synonym_of("sampler", call.name)
    if name is None:
        return None
    if listed := [each for each in (*call.values, *call.keys.values()) if isinstance(each, (list, tuple))]:
        return None if _has_ends(name) else inline({name: listed[0]})
    numbers = [each for each in call.values if not isinstance(each, str)]
    said = {**call.keys, **dict(zip(("low", "high"), numbers, strict=False)), call.name: True}
    return range_of(said, expected or FieldType((int if _sampler(name).whole else float,), tunable=True))


def range_of(said: Mapping[str, Any], expected: FieldType) -> str | None:
    """The range of a table with named ends, as in `{ low = 1e-4, high = 1, log = true }`; None without both ends.

    Its scale is the first that is switched on (`log = true`) or named (`scale = "log"`), else the field's own.
    """
    ends = [next((said[word] for word in words if _is_number(said.get(word))), None) for words in (_LOW, _HIGH)]
    if None in ends:
        return None
    words = [key if value is True else value for key, value in said.items() if value is True or isinstance(value, str)]
    scales = [
        *(synonym_of("sampler", word) for word in words),
        expected.search and name_of(type(expected.search)),
        "uniform",
    ]
    name = next(each for each in scales if each and _has_ends(each))
    if expected.whole and not _sampler(name).whole:
        name = of_whole_numbers(name)
    others = list(_sampler(name).model_fields)[2:]
    return inline({name: ends, **{key: said[key] for key in others if _is_number(said.get(key))}})


def of_whole_numbers(name: str) -> str:
    """The sampler of whole numbers on a sampler's scale."""
    return f"{name}-int" if f"{name}-int" in index.names("sampler") else "int"


def _no_table(expected: FieldType, table: Mapping[str, Any]) -> str:
    first = next(iter(table), None)
    named = table.get("use", table.get("type"))
    if expected.tunable and (line := range_of(table, expected)):
        return f"a range is written {line}"
    if expected.tunable and named in index.names("sampler"):
        return f"a range is written {{ {named} = [ … ] }}"
    if expected.tunable and first is not None:
        return unknown_plugin("sampler", first).sentence
    return f"must be {expected.words()}, not a table"


_LOW = ("low", "lower", "min", "minimum", "min_value")
_HIGH = ("high", "upper", "max", "maximum", "max_value")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _has_ends(name: str) -> bool:
    """Whether a sampler's list is its two ends."""
    return list(_sampler(name).model_fields)[:2] == ["low", "high"]


def _sampler(name: str) -> type[Sampler]:
    return cast(type[Sampler], load("sampler", name))
