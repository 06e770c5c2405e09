"""Which cells stand for no value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from caviar_plugins.tables.sql import escaped, quoted

MISSING = ("", "na", "n/a", "nan", "null", "none", "?", "-", "--", "#n/a", ".")
"""The codes that every file may use, in any case of letters."""
_ZEROS = 6  # that a program may write behind the digits of a code
_NUMBER = re.compile(r"([+-]?)(\d+)(?:\.(\d*)|,(\d|\d\d|\d{4,}))?")


def is_missing(cell: str, more: Sequence[str] = ()) -> bool:
    """Whether a cell stands for no value; `more` are codes of its file."""
    plain = cell.strip().lower()
    return plain in MISSING or (len(more) > 0 and _compiled(tuple(more)).fullmatch(plain) is not None)


def numeric(more: Sequence[str]) -> list[float]:
    """Those of a file's codes that are numbers, which stand for no value in columns of numbers too."""
    found = list[float]()
    for code in more:
        try:
            found.append(float(code.replace(",", ".") if _NUMBER.fullmatch(code.strip()) else code))
        except ValueError:
            continue
    return [number for number in found if number == number]


def spellings(code: str) -> str:
    """RE2 and Python: a cell that is this code, or the same number with more or fewer zeros behind it.

    Of -999 these are -999.0 and -999,00, but neither -999.000 nor -999,000, which may be thousands.
    """
    code = code.strip().lower()
    number = _NUMBER.fullmatch(code)
    if number is None:
        return escaped(code)
    sign, whole, *fractions = number.groups()
    digits = next(filter(None, fractions), "").rstrip("0")
    start = ("-" if sign == "-" else r"\+?") + whole
    if digits:
        return f"{start}[.,]{digits}0{{0,{_ZEROS}}}"
    return f"{escaped(code)}|{start}(?:[.,](?:0{{0,2}}|0{{4,{_ZEROS}}}))?"


def present(cell: str, more: Sequence[str] = ()) -> str:
    """SQL: a cell that has been trimmed, NULL where it stands for no value."""
    longest = longest_code(more)  # a length is compared faster than a pattern
    matches = f"regexp_full_match({cell}, {quoted(_pattern(more))})"
    return f"CASE WHEN strlen({cell}) > {longest} THEN {cell} WHEN {matches} THEN NULL ELSE {cell} END"


def longest_code(more: Sequence[str]) -> int:
    """The most bytes that a cell without a value has."""
    own = [code.strip().lower() for code in more]
    return max(
        *(len(code) for code in MISSING),
        *(len(code.encode()) + (_ZEROS + 2 if _NUMBER.fullmatch(code) else 0) for code in own),
    )


def _pattern(more: Sequence[str]) -> str:
    return "(?i)" + "|".join(dict.fromkeys((*map(escaped, MISSING), *map(spellings, more))))


@lru_cache(maxsize=8)
def _compiled(more: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_pattern(more))
