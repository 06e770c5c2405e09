"""The decimal mark of a file, and which of its cells are numbers with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.numbers import NumberFormat, is_ambiguous, proof

MOSTLY = 0.9
"""A column with at least this share of numbers is one of numbers: what else is in it is a mistake."""


def decimal_mark(columns: Iterable[Sequence[str]], separator: str, fractions: bool) -> tuple[str, str]:
    """The decimal mark of a file, and a cell that leaves it open, or ''.

    A comma in 20905,69 proves a decimal comma, 1,234 does not; nor does it where other columns hold plain `fractions`.
    """
    comma = point = 0
    unclear = ""
    for odd in columns:
        marks = [proof(cell) for cell in odd]
        numbers = sum(mark is not None or is_ambiguous(cell) for mark, cell in zip(marks, odd, strict=True))
        if numbers < MOSTLY * len(odd):
            continue
        comma += marks.count(",")
        point += marks.count(".")
        unclear = unclear or next(filter(is_ambiguous, odd), "")
    if comma or point:
        return ("," if comma > point else "."), ""
    if fractions:
        return ".", ""
    return ("," if unclear and separator == ";" else "."), unclear


def matching(cells: Cells, odd: Sequence[str], mark: str) -> int:
    """How many of these cells are numbers in the file's format."""
    if not odd:
        return 0
    query = f"SELECT count(*) FROM (SELECT unnest(?) AS cell) WHERE {NumberFormat(mark).matches('cell')}"
    return int(cells.connection.execute(query, [list(odd)]).fetchone()[0])
