"""The version of a function that no file or package provides, such as one of a notebook: what it would do."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from inspect import getsource, unwrap
from types import CodeType
from typing import Any


@lru_cache
def version_of_function(function: Callable[..., Any]) -> str:
    """A checksum of its source, or, where Python keeps none, of its compiled code; helpers are not part of it."""
    inner = unwrap(function)
    try:
        text = getsource(inner)
    except (OSError, TypeError):  # of exec(), or an object that is called
        called = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
        text = _text(called) if called else type(inner).__qualname__
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _text(code: CodeType) -> str:
    return repr((code.co_code, code.co_names, code.co_varnames, [_constant(each) for each in code.co_consts]))


def _constant(value: Any) -> str:
    if isinstance(value, frozenset):  # of `x in {"a", "b"}`: its order is another in each process
        return repr(sorted(map(repr, value)))
    return _text(value) if isinstance(value, CodeType) else repr(value)
