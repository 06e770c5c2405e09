"""What a column's cells are: numbers, flags or words, told from their text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caviar import ColumnHead

MISSING = ("", "na", "n/a", "nan", "null", "none", "?")
"""What stands for a missing value, in any case."""
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
WHOLE = r"[+-]?\d{1,18}"
"""Whole numbers that int64 holds."""
FLAGS = ("true", "false")
MOSTLY = 0.9
"""A column with at least this share of numbers is one of numbers: what else is in it is a mistake."""

_NUMBER, _WHOLE = re.compile(NUMBER, re.ASCII), re.compile(WHOLE, re.ASCII)


def is_missing(cell: str) -> bool:
    """Whether a cell stands for no value."""
    return cell.strip().lower() in MISSING


def describe(name: str, cells: Sequence[str], words: bool) -> ColumnHead:
    """What a column looks like, from some of its cells; `words` says that it holds words whatever it looks like."""
    present = [cell.strip() for cell in cells if not is_missing(cell)]
    missing, distinct = len(present) < len(cells), len(set(present))
    if not words and present and all(cell.lower() in FLAGS for cell in present):
        return ColumnHead(name, "flags", distinct=distinct, missing=missing)
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in present)
    if words or numbers < MOSTLY * len(present):
        return ColumnHead(name, "words", distinct=distinct, missing=missing)
    whole = bool(present) and all(_WHOLE.fullmatch(cell) for cell in present)
    return ColumnHead(name, "numbers", distinct=distinct, whole=whole, missing=missing)
