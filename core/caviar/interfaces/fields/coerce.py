"""Coercion: what programs and files may give in place of the exact value of a field."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from caviar.interfaces.fields import lookup
from caviar.interfaces.fields.types import FieldType
from caviar.support.files import file_or_url
from caviar.values.problem import Problem


def coerce(expected: FieldType, value: Any) -> Any:
    """Returns the intended value: tuples for lists, paths, plugins for their names, plain for NumPy's scalars.

    Any other value is returned unchanged. Raises ValueError for a name that no plugin has.
    """
    value = _plain(value)
    if Any in expected.types:
        return value
    if isinstance(value, str):
        if value == "auto" and expected.optional:
            return None
        if expected.plugin and str not in expected.types:
            return _named(expected.plugin, value)
        if Path in expected.types:
            return file_or_url(value) if str in expected.types else Path(value)
    if isinstance(value, PathLike) and Path in expected.types:
        return Path(value)
    if isinstance(value, tuple) and expected.element:
        return tuple(coerce(expected.element, each) for each in value)
    if isinstance(value, dict) and expected.entry:
        return {key: coerce(expected.entry, each) for key, each in value.items()}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return value.item()
    return value


def _named(base: type[Any], name: str) -> Any:
    try:
        return lookup.plugin_by_name(base.kind, name)()
    except Problem as problem:
        raise ValueError(str(problem)) from None
