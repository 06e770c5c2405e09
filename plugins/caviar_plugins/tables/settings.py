"""How users write a setting by which cells are read: in a pipeline file, or in a program."""

from __future__ import annotations

from json import dumps
from typing import Any

from caviar_plugins.tables.sql import key as toml_key


def in_file(key: str, value: Any) -> str:
    """As a line of [data]: columns = { day = "date" } in [data]."""
    if isinstance(value, dict):
        written = f"{{ {', '.join(f'{toml_key(name)} = {_text(each)}' for name, each in value.items())} }}"
    else:
        written = _text(value)
    return f"{key} = {written} in [data]"


def in_program(key: str, value: Any) -> str:
    """As an argument: Memory(columns={"day": "date"})."""
    return f"Memory({key}={_text(value)})"


def _text(value: Any) -> str:
    return dumps(value, ensure_ascii=False)
