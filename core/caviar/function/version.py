"""The version of a function that no file or package provides, such as one of a notebook: what it would do."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from inspect import getsource, unwrap
from types import CodeType
from typing import Any


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
    constants = [_text(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts]
    return repr((code.co_code, code.co_names, code.co_varnames, constants))
