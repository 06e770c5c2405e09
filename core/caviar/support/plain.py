"""Values as strict JSON and back, exact in bits and types: JSON has no NaN, no infinities and no tuples.

Model files, stores and what is sent to workers are written with these functions. Tuples, which frozen values hold, are
plain arrays; whatever else JSON lacks is an object of one entry, its mark: {"list": [1, 2]}, {"float": "inf"}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, isnan, nan
from types import NoneType
from typing import Any, TypeAlias

_SCALARS = {str, int, bool, NoneType}

Marked: TypeAlias = Callable[[Any], tuple[str, Any] | None]
"""A value of a further type -> its mark and what else is known of it, a value again; None for any other value."""
Make: TypeAlias = Callable[[str, Any], Any]
"""The inverse."""


def to_json_number(value: float) -> float | str | None:
    """A number among numbers: NaN becomes null, an infinity its name."""
    return None if isnan(value) else float(value) if isfinite(value) else str(float(value))


def from_json_number(plain: float | str | None) -> float:
    """The inverse. Raises ValueError for a text that is not a number."""
    return nan if plain is None else float(plain)


def to_plain(value: Any, marked: Marked = lambda value: None) -> Any:
    """Scalars, tuples, lists and mappings (from text) of them, and the types that `marked` knows."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if isinstance(value, float):
        return value if isfinite(value) else {"float": str(float(value))}
    if kind is tuple:
        return [to_plain(each, marked) for each in value]
    if isinstance(value, list):
        return {"list": [to_plain(each, marked) for each in value]}
    if (mark := marked(value)) is not None:
        return {mark[0]: to_plain(mark[1], marked)}
    if isinstance(value, Mapping):
        return {"mapping": {name: to_plain(each, marked) for name, each in value.items()}}
    return value  # JSON refuses what it cannot hold


def _unknown(mark: str, content: Any) -> Any:
    raise ValueError(f"unknown mark '{mark}'")


def from_plain(plain: Any, make: Make = _unknown) -> Any:
    """The inverse of `to_plain`; `make` is that of `marked`. Raises ValueError."""
    if isinstance(plain, list):
        return tuple([from_plain(each, make) for each in plain])
    if not isinstance(plain, dict):
        return plain
    ((mark, content),) = plain.items()
    if mark == "float":
        return float(content)
    if mark == "list":
        return [from_plain(each, make) for each in content]
    if mark == "mapping":
        return {name: from_plain(each, make) for name, each in content.items()}
    return make(mark, from_plain(content, make))
