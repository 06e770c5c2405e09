"""Guessing what a user wants to learn from a table: the target by its name, and columns that contain no information."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caviar.values.head import ColumnHead, Head

_TARGETS = ("target", "label", "class", "y", "species", "price", "value")
_NUMBERS = ("id", "index", "unnamed")
_FEW = 20  # rows; in fewer, all words of an honest column may be different


@dataclass(frozen=True)
class Guess:
    """`by` is the evidence, "its name" or "its place"; `runner_up` is None where there is one column only."""

    target: str
    by: str
    runner_up: str | None


def guess_target(columns: Sequence[str]) -> Guess:
    """A column whose name contains a typical word for a target, else the last one."""
    named = [(word, name) for word in _TARGETS for name in columns if word in _words(name)]
    ranked = list(dict.fromkeys([*(name for _, name in named), *reversed(columns)]))
    return Guess(ranked[0], "its name" if named else "its place", ranked[1] if len(ranked) > 1 else None)


def guess_separator(path: Path) -> str:
    """What separates the cells of a text's first line: a comma, unless something else is there instead."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            header = file.readline(1 << 16)
    except OSError:
        return ","  # reading the file reports why it cannot be read
    return "," if "," in header else max(",;\t|", key=header.count)


def teaches_nothing(head: Head) -> list[str]:
    """Columns that only number or name the rows: a model would memorize them."""
    if head.rows < _FEW:
        return []
    return [column.name for column in head.features if _names_rows(column, head)]


def _names_rows(column: ColumnHead, head: Head) -> bool:
    numbered = column.kind == "words" or (column.whole and any(word in _words(column.name) for word in _NUMBERS))
    looked_at = head.rows if head.seen is None else head.seen
    return numbered and not column.missing and (column.distinct or 0) >= looked_at


def _words(name: str) -> list[str]:
    """medianHouse_value -> median, house, value."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ").lower().translate(_APART).split()


_APART = str.maketrans(dict.fromkeys("-.:/()[]#", " "))
