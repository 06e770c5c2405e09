"""Lays a declared object over another one: what it was given stays, and the other's values replace its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler


def laid_over(below: Declared, value: Declared) -> dict[str, Any]:
    """The fields that an object or `below`, of the same class, was given; where both were, the object's.

    Objects of one class are merged field by field, tables key by key. Everything else is a value and is replaced: a
    sampler, a list, a plugin by another one.
    """
    return _merged(fields_given(below), fields_given(value))


def fields_given(value: Declared) -> dict[str, Any]:
    """The fields that an object was given, in the order of its class."""
    return {field: getattr(value, field) for field in type(value).model_fields if field in value.model_fields_set}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return {**below, **{key: _over(below[key], each) if key in below else each for key, each in above.items()}}


def _over(below: Any, value: Any) -> Any:
    if isinstance(below, dict) and isinstance(value, dict):
        return _merged(below, value)
    if isinstance(value, Declared) and type(value) is type(below) and not isinstance(value, Sampler):
        return type(value)(**laid_over(below, value))
    return value
