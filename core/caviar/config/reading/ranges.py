"""Ranges: recognizes inline tables that are ranges, and builds their samplers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.hints.notation import of_whole_numbers, range_of
from caviar.config.hints.suggestions import unknown_key
from caviar.config.reading.locations import FieldProblems, InvalidValue, Location, construct
from caviar.interfaces.fields.types import FieldType, field_type, say
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry import index

if TYPE_CHECKING:
    from caviar.config.reading.build import Builder


def build_sampler(builder: Builder, expected: FieldType, raw: dict[str, Any], at: Location) -> Sampler:
    """A range or choice: `{ log = [1e-4, 1.0] }`; a list fills the fields in order, further keys are fields."""
    name, listed = next(iter(raw.items()))
    if not expected.tunable:
        raise builder.fail(at, "cannot be searched; give one value")
    cls = cast(type[Sampler], builder.loaded("sampler", name, at))
    fields = list(cls.model_fields)
    takes_all = bool(fields) and field_type(cls, fields[0]).element is not None
    if not isinstance(listed, list):
        pattern = "…" if takes_all else ", ".join(each for each in fields if cls.model_fields[each].is_required())
        line = range_of(raw, expected) or f"{{ {name} = [{pattern}] }}"
        raise builder.fail(at, f"'{name}' takes a list, {line}, not {say(listed)}")
    if takes_all:
        given = {fields[0]: builder.elements(expected.fixed(), listed, at.child(name, ""))}
    elif len(listed) <= len(fields):
        given = dict(zip(fields, listed, strict=False))
    else:
        raise builder.fail(at, f"'{name}' takes {', '.join(fields)}, not {len(listed)} values")
    for key, each in list(raw.items())[1:]:
        if key not in fields:
            raise builder.fail(at.child(key), unknown_key(cls, key, Pipeline))
        given[key] = each
    try:
        built = cast(Sampler, construct(cls, given))
    except FieldProblems as complaints:
        for field, text in complaints.found:
            builder.note(at, f"{name}: {field} {text}" if field else f"{name}: {text}")
        raise InvalidValue from None
    if expected.whole and built.ordered and not built.whole:
        raise builder.fail(
            at, f"must be {expected.words()}, and '{name}' gives fractions; use '{of_whole_numbers(name)}'"
        )
    return built


def is_range(table: Mapping[str, Any], default: Any) -> bool:
    """Whether a table is a range; `default` is the field's default, whose own keys come first."""
    first = next(iter(table), None)
    fields = type(default).model_fields if isinstance(default, Plugin) else {}
    return first in index.names("sampler") and "use" not in table and first not in fields
