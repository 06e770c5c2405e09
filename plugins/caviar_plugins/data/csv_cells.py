"""The kind of a column's cells, numbers, flags or words, inferred from their text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from caviar.plugin import EXACT_WHOLE, ColumnHead

MISSING = ("", "na", "n/a", "nan", "null", "none", "?")
"""What stands for a missing value, in any case."""
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
WHOLE = r"[+-]?\d{1,18}"
"""Whole numbers that int64 holds."""
LONG = r"[+-]?\d{16,}"
"""Whole numbers that may be beyond EXACT_WHOLE."""
FLAGS = ("true", "false")
MOSTLY = 0.9
"""A column with at least this share of numbers is one of numbers: what else is in it is a mistake."""
LARGEST = 1e38
"""Larger numbers do not fit into single precision, in which networks compute."""

_NUMBER, _WHOLE, _LONG = (re.compile(pattern, re.ASCII) for pattern in (NUMBER, WHOLE, LONG))


class BadCell(Exception):
    """A cell that its column cannot hold: the index of its row, and a sentence."""

    def __init__(self, place: int, text: str) -> None:
        super().__init__(text)
        self.place, self.text = place, text


def is_missing(cell: str) -> bool:
    """Whether a cell stands for no value."""
    return cell.strip().lower() in MISSING


def describe(name: str, cells: Sequence[str], words: bool, cut: bool = False) -> ColumnHead:
    """Returns the kind of a column; `words`: it is to hold words whatever it looks like; `cut`: more cells follow.

    Raises BadCell.
    """
    counts = Counter(map(str.strip, cells))
    numbers = list(filter(_NUMBER.fullmatch, counts))
    others = {} if len(numbers) == len(counts) else {text: counts[text] for text in counts.keys() - set(numbers)}
    missing = sum(count for text, count in others.items() if text.lower() in MISSING)
    total, many = len(cells) - missing, len(cells) - sum(others.values())
    present = {text: count for text, count in counts.items() if text.lower() not in MISSING} if missing else counts
    if not words and others and not numbers and present and all(text.lower() in FLAGS for text in present):
        return ColumnHead(name, "flags", distinct=len(present), missing=bool(missing))
    if words or many < MOSTLY * total:
        rarest = min((*present.values(), *([missing] if missing else [])), default=0)
        return ColumnHead(name, "words", distinct=len(present), missing=bool(missing), rarest=rarest)
    if many < total:
        wrong = {text for text in others if text.lower() not in MISSING}
        place = next(place for place, cell in enumerate(cells) if cell.strip() in wrong)
        raise not_a_number(name, place, cells[place].strip(), many, total, cut)
    values = [*map(float, numbers)] or [0.0]
    largest = max(max(values), -min(values))
    if largest > LARGEST:
        place = next(place for place, cell in enumerate(cells) if _is_large(cell))
        raise too_large(name, place, cells[place].strip())
    whole = bool(numbers) and all(map(_WHOLE.fullmatch, numbers))
    rounded = largest > EXACT_WHOLE and any(
        _LONG.fullmatch(text) and abs(float(text)) > EXACT_WHOLE for text in numbers
    )
    return ColumnHead(name, "numbers", (), len(present), whole, bool(missing), rounded=rounded)


def _is_large(cell: str) -> bool:
    return not is_missing(cell) and abs(float(cell)) > LARGEST


def not_a_number(name: str, place: int, cell: str, numbers: int, present: int, cut: bool = False) -> BadCell:
    """The message about a cell among numbers."""
    others = f"where {numbers:,} of {'the first ' if cut else ''}{present:,} cells"
    shown = f"{cell[:60]}…" if len(cell) > 60 else cell
    cure = f'correct it, leave it empty, or set words = ["{name}"] in [data]'
    return BadCell(place, f"column '{name}' holds {shown!r} {others} hold a number; {cure}")


def too_large(name: str, place: int, cell: str) -> BadCell:
    """The message about a number too large for a network."""
    return BadCell(
        place, f"column '{name}' holds {cell[:60]}, too large to compute with; correct it, or rescale the column"
    )
