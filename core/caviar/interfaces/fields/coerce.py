"""Coercion: what programs may give in place of the exact value of a field."""

from __future__ import annotations

from inspect import isabstract
from typing import Any

from caviar.interfaces.fields import lookup
from caviar.interfaces.fields.markers import IsSampler
from caviar.interfaces.fields.types import FieldType
from caviar.values.problem import Problem


def coerce(expected: FieldType, value: Any) -> Any:
    """Converts a value to the field's type, NumPy's scalars to Python's. Raises ValueError for an unknown plugin."""
    return expected.accept(_plain(value), _named, _elements)


def _elements(expected: FieldType, value: Any) -> list[Any]:
    return [coerce(expected, each) for each in (value.values() if isinstance(value, dict) else value)]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return value.item()
    return value


def _named(base: type[Any], value: Any) -> Any:
    if isinstance(value, dict) and isabstract(base):
        raise ValueError(f"a dict does not say which {base.kind}: give a plugin of caviar_plugins, or its name")
    if isinstance(value, IsSampler):
        return _with_named_options(base, value)
    if not isinstance(value, str):
        return value
    try:
        return lookup.plugin_by_name(base.kind, value)()
    except Problem as problem:
        raise ValueError(str(problem)) from None


def _with_named_options(base: type[Any], sampler: Any) -> Any:
    """A choice of names as one of the plugins that they name; any other sampler as it is."""
    field = next(iter(type(sampler).model_fields), "")
    options = getattr(sampler, field, ())
    if issubclass(base, IsSampler) or not isinstance(options, tuple) or str not in map(type, options):
        return sampler
    return sampler.model_copy(update={field: tuple(_named(base, option) for option in options)})
