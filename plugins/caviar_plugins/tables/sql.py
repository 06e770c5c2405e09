"""Texts and names inside SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from json import dumps
from pathlib import Path

_SPACES = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029)))
SPACES = _SPACES + "\u202f\u205f\u3000"
"""What Python calls white space."""


def quoted(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def one_file(path: Path) -> str:
    """What stands first between the parentheses of a function that reads a file: this one, and nothing of its path.

    duckdb takes a name such as rows[1].csv for a pattern of names, and makes a column of a folder named year=2021.
    """
    name = re.sub(r"([*?\[])", r"[\1]", str(path))
    return f"{quoted(name)}, hive_partitioning=false"


def listed(texts: Iterable[str]) -> str:
    """Several string literals, in parentheses."""
    return f"({', '.join(map(quoted, texts))})"


def named(name: str) -> str:
    """A column's name."""
    return '"' + name.replace('"', '""') + '"'


def escaped(text: str) -> str:
    """RE2: a pattern that only this text matches."""
    return re.sub(r"([^\w\s])", r"\\\1", text)


def trimmed(cell: str) -> str:
    """A cell without white space around it; trimming any is slow, and few cells need it."""
    plain = f"ascii({cell}) BETWEEN 33 AND 126 AND ascii(right({cell}, 1)) BETWEEN 33 AND 126"
    return f"CASE WHEN {plain} THEN {cell} ELSE trim({cell}, {quoted(SPACES)}) END"


def key(name: str) -> str:
    """A column's name as a key of a pipeline file."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else dumps(name, ensure_ascii=False)
