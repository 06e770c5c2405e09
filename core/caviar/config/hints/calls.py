"""Calls: `Adam(lr=0.1)` written as text, where a file expects a name or a range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """A parsed call; it omits arguments that are not plain values, such as `model.parameters()`."""

    name: str
    values: tuple[Any, ...]
    keys: dict[str, Any]


def call_in(text: str) -> Call | None:
    """Parses a text as a call; None for any other text."""
    import ast

    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(node, ast.Call):
        return None
    values = tuple(each for each in map(_plain, node.args) if each is not None)
    keys = {each.arg: value for each in node.keywords if each.arg and (value := _plain(each.value)) is not None}
    return Call(ast.unparse(node.func), values, keys)


def _plain(node: Any) -> Any:
    """A number, a text, a flag or a list of them; None for anything else."""
    import ast

    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    listed = value if isinstance(value, (list, tuple)) else (value,)
    return value if all(isinstance(each, (bool, int, float, str)) for each in listed) else None
