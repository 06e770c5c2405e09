"""Versions of code: what it would do, whatever its comments, docstrings and layout."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from inspect import getsource, unwrap
from textwrap import dedent
from types import CodeType
from typing import Any

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@lru_cache
def version_of_code(text: str | bytes) -> str:
    """A checksum of all that a Python text states, the same for any comments, docstrings, layout and line numbers.

    Every function and constant of the text counts, also one that no trial calls; modules that it imports do not. The
    Python that reads it does not matter. Of a text that is no Python, it is a checksum of all characters.
    """
    try:
        said = repr(_stated(ast.parse(text))).encode("utf-8", "surrogatepass")
    except (SyntaxError, ValueError, RecursionError):  # reported by who imports it; or nested too deeply
        said = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return sha256(said).hexdigest()[:12]


@lru_cache
def version_of_function(function: Callable[..., Any]) -> str:
    """The version of its source, or, where Python keeps none, of its compiled code; helpers are not part of it."""
    inner = unwrap(function)
    try:
        text = dedent(getsource(inner))
    except (OSError, TypeError):  # of exec(), or an object that is called
        called = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
        text = _text(called) if called else type(inner).__qualname__
    return version_of_code(text)


def _stated(node: Any) -> Any:
    """A syntax tree as nested lists, without docstrings, places, and fields that a newer Python may have added."""
    if isinstance(node, list):
        return [_stated(each) for each in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    empty: tuple[Any, ...] = (None, [])
    return [type(node).__name__, *([name, _stated(each)] for name, each in fields.items() if each not in empty)]


def _text(code: CodeType) -> str:
    return repr((code.co_code, code.co_names, code.co_varnames, [_constant(each) for each in code.co_consts]))


def _constant(value: Any) -> str:
    if isinstance(value, frozenset):  # of `x in {"a", "b"}`: its order is another in each process
        return repr(sorted(map(repr, value)))
    return _text(value) if isinstance(value, CodeType) else repr(value)
