"""Numbers as people write them: plain ones, and those with thousands, a decimal comma, currencies or percent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from caviar_plugins.tables.sql import quoted

Decimal: TypeAlias = Literal[".", ","]

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
"""RE2: a number as programs write it."""
CURRENCIES = ("$", "€", "£", "¥", "₹", "US$", "USD", "EUR", "GBP", "CHF", "JPY", "kr", "zł", "Kč")
_GAPS = " \u00a0\u202f\u2009"  # plain, no-break, narrow no-break, thin
_BETWEEN_THOUSANDS = {".": f",'’{_GAPS}", ",": f".'’{_GAPS}"}
_SIGNS = "|".join(sign.replace("$", r"\$") for sign in sorted(CURRENCIES, key=len, reverse=True))
_BEFORE = rf"^([+-]?)[(]?(?:{_SIGNS})?[\s]*"
_AFTER = rf"[\s]*(?:{_SIGNS}|%)?[)]?$"
_COMMA_ONLY = re.compile(
    r"[-+−(]?\D{0,4}?(\d{1,3}([. '’\u00a0\u202f]\d{3})+,\d+|\d*,(\d{1,2}|\d{4,})|\d{4,},\d+|0,\d+)\D{0,5}"
)
_POINT_ONLY = re.compile(
    r"[-+−(]?\D{0,4}?(\d{1,3}([, '’\u00a0\u202f]\d{3})+\.\d+|\d*\.(\d{1,2}|\d{4,})|\d{4,}\.\d+|0\.\d+)\D{0,5}"
)


@dataclass(frozen=True)
class NumberFormat:
    """The decimal mark; what stands between thousands follows from it."""

    decimal: str = "."

    @property
    def pattern(self) -> str:
        """RE2: a whole cell that is a number, without the currency or percent sign that `bare` takes away."""
        mark, between = f"\\{self.decimal}", f"[{_BETWEEN_THOUSANDS[self.decimal]}]"
        digits = rf"(?:[1-9]\d{{0,2}}(?:{between}\d{{3}})+|\d+)(?:{mark}\d*)?|{mark}\d+"
        return rf"[+−-]?(?:{digits})(?:[eE][+-]?\d+)?"

    def matches(self, cell: str) -> str:
        """SQL: whether the text of a column is a number."""
        return f"regexp_full_match({bare(cell)}, {quoted(self.pattern)})"

    def value(self, cell: str) -> str:
        """SQL: the number as DOUBLE, correctly rounded; NULL where the cell holds none."""
        text = f"translate({bare(cell)}, {quoted(_BETWEEN_THOUSANDS[self.decimal])}, '')"
        text = f"translate({text}, {quoted(self.decimal + '−')}, '.-')"
        sign = f"CASE WHEN starts_with({cell}, '(') THEN -1 ELSE 1 END"
        return f"CASE WHEN {self.matches(cell)} THEN {sign} * try_cast({text} AS DOUBLE) END"


def bare(cell: str) -> str:
    """SQL: a cell without currency, percent sign and the parentheses of a negative amount around it."""
    return f"regexp_replace(regexp_replace({cell}, {quoted(_BEFORE)}, '\\1'), {quoted(_AFTER)}, '')"


def proof(cell: str) -> Decimal | None:
    """The decimal mark that a cell can only have been written with: a comma in 20905,69; None in 1,234."""
    return "," if _COMMA_ONLY.fullmatch(cell) else "." if _POINT_ONLY.fullmatch(cell) else None


def is_ambiguous(cell: str) -> bool:
    """Whether the comma of a cell may stand before a fraction or between thousands."""
    return re.fullmatch(r"\D{0,4}[1-9]\d{0,2},\d{3}\D{0,5}", cell) is not None
