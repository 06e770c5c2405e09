"""pydantic's complaints in our words: one sentence a field, what it must be and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from caviar.config.wanted import of_field, say
from caviar.interfaces.plugin import Declared
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import name_of


def explain(cls: type[Declared], given: Mapping[str, Any], error: ValidationError) -> Iterator[tuple[str | None, str]]:
    """(field, sentence) for each field at fault; field None where the plugin as a whole is."""
    complaints: dict[str | None, list[Any]] = {}
    for each in error.errors(include_url=False):
        complaints.setdefault(str(each["loc"][0]) if each["loc"] else None, []).append(each)
    for field, found in complaints.items():
        yield field, _sentence(cls, given, field, found)


def _sentence(cls: type[Declared], given: Mapping[str, Any], field: str | None, found: list[Any]) -> str:
    for each in found:
        if each["type"] == "bounds":
            return str(each["ctx"]["complaint"])
        if each["type"] in ("value_error", "assertion_error"):
            return str(each["ctx"]["error"])
        if each["type"] == "missing":
            return "missing; it has no default"
    if field is None or field not in cls.model_fields:
        return str(found[0]["msg"])
    want, value = of_field(cls, field), given.get(field)
    if isinstance(value, Sampler):
        return f"must be {want.words()}, but '{name_of(type(value))}' can give {say(found[0]['input'])}"
    if any(each["type"] == "finite_number" for each in found):
        return f"must be finite, not {say(value)}"
    example = value if isinstance(value, list) and float in want.types and want.tunable else None
    hint = f"; a range is written {{ {_scale(cls, field)} = {say(example)} }}" if example else ""
    return f"must be {want.words()}, not {say(value)}{hint}"


def _scale(cls: type[Declared], field: str) -> str:
    search = cls.facts(field).search
    return name_of(type(search)) if search else "uniform"
