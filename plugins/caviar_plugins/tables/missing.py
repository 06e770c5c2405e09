"""Which cells stand for no value."""

from __future__ import annotations

from collections.abc import Sequence

from caviar_plugins.tables.sql import escaped, quoted

MISSING = ("", "na", "n/a", "nan", "null", "none", "?", "-", "--", "#n/a", ".")
"""The codes that every file may use, in any case of letters."""


def is_missing(cell: str, more: Sequence[str] = ()) -> bool:
    """Whether a cell stands for no value; `more` are codes of its file."""
    plain = cell.strip().lower()
    return plain in MISSING or plain in {code.strip().lower() for code in more}


def numeric(more: Sequence[str]) -> list[float]:
    """Those of a file's codes that are numbers, which stand for no value in columns of numbers too."""
    found = list[float]()
    for code in more:
        try:
            found.append(float(code))
        except ValueError:
            continue
    return [number for number in found if number == number]


def present(cell: str, more: Sequence[str] = ()) -> str:
    """SQL: a cell that has been trimmed, NULL where it stands for no value."""
    codes = dict.fromkeys((*MISSING, *(code.strip().lower() for code in more)))
    any_code = "(?i)" + "|".join(map(escaped, codes))
    longest = max(len(code.encode()) for code in codes)  # a length is compared faster than a pattern
    matches = f"regexp_full_match({cell}, {quoted(any_code)})"
    return f"CASE WHEN strlen({cell}) > {longest} THEN {cell} WHEN {matches} THEN NULL ELSE {cell} END"
