"""Loosening: what programs and files may say in place of the exact value of a field."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from caviar.interfaces.fields import lookup
from caviar.interfaces.fields.types import Wanted
from caviar.interfaces.plugin import Plugin
from caviar.support.files import file_or_url
from caviar.values.problem import Problem


def loosened(want: Wanted, value: Any) -> Any:
    """The value that is meant: tuples for lists, paths, plugins for their names, plain for NumPy's scalars.

    What nothing else is meant by stays as it is. Raises ValueError for a name that no plugin has.
    """
    value = _plain(value)
    if Any in want.types:
        return value
    if isinstance(value, str):
        if value == "auto" and want.optional:
            return None
        if want.plugin and str not in want.types:
            return _named(want.plugin, value)
        if Path in want.types:
            return file_or_url(value) if str in want.types else Path(value)
    if isinstance(value, PathLike) and Path in want.types:
        return Path(value)
    if isinstance(value, tuple) and want.element:
        return tuple(loosened(want.element, each) for each in value)
    if isinstance(value, dict) and want.entry:
        return {key: loosened(want.entry, each) for key, each in value.items()}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return value.item()
    return value


def _named(base: type[Plugin], name: str) -> Plugin:
    try:
        return lookup.named(base.kind, name)()
    except Problem as problem:
        raise ValueError(str(problem)) from None
