"""How the cells of a text lie: separator, quotes, lines above the header, and whether there is a header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from caviar_plugins.tables.missing import is_missing

SEPARATORS = (",", ";", "\t", "|", " ")
"""What is looked for between cells, the likelier first."""
_START = 1 << 18  # characters that are looked at
_ROWS = 200
_CONSISTENT = 0.9  # the share of rows that have as many cells as most of them
_MOST_SKIPPED = 20  # lines above the header
_VALUE = re.compile(r"[-+−(]?[$€£¥]?[ ]?[-+]?\d[\d.,:/ '’eE%+-]*[)]?\s?[%€$£]?|true|false", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """`skip` lines stand above the table; `header`: its first row names the columns."""

    separator: str
    quote: str = '"'
    skip: int = 0
    header: bool = True


def sniffed(
    file: Path,
    separator: str | None = None,
    quote: str | None = None,
    skip: int | None = None,
    header: bool | None = None,
    known: Sequence[str] = (),
) -> Dialect:
    """What a text in UTF-8 looks like; what is given is taken as it is. A row with a `known` name is a header."""
    with file.open(encoding="utf-8-sig", newline="", errors="replace") as text:
        start = text.read(_START)
    quotes = (quote,) if quote else ('"', "'") if _has_single_quotes(start) else ('"',)
    found = [
        _layout(start, each, mark, skip) for mark in quotes for each in ((separator,) if separator else SEPARATORS)
    ]
    best = max(found, key=lambda layout: layout.rank)
    rows = best.rows
    named = header if header is not None else _is_header(rows, known)
    return Dialect(best.separator, best.quote, best.skip, named)


@dataclass(frozen=True)
class _Layout:
    separator: str
    quote: str
    skip: int
    rows: list[list[str]]
    rank: tuple[int, bool, int]


def _layout(start: str, separator: str, quote: str, skip: int | None) -> _Layout:
    """The first rows as one separator gives them. Better is one that the header has, in rows of one width."""
    lines = list(StringIO(start, newline=""))
    above = skip or 0
    rows = _rows("".join(lines[above:]), separator, quote)
    widths = Counter(len(row) for _, row in rows[1:]) or Counter(len(row) for _, row in rows)
    width = widths.most_common(1)[0][0] if widths else 1
    if skip is None and width > 1:
        titles = 0
        while titles < min(len(rows) - 1, _MOST_SKIPPED) and _is_title(rows[titles][1]):
            titles += 1
        if titles and len(rows[titles][1]) == width:
            above, rows = rows[titles][0] - 1, rows[titles:]
    cells = [row for _, row in rows]
    fitting = sum(len(row) == width for row in cells) / len(cells) if cells else 0.0
    agrees = bool(cells) and len(cells[0]) == width > 1 and fitting >= _CONSISTENT
    some = bool(cells) and len(cells[0]) > 1 and separator != " "
    sure = 0 if not agrees else 1 if separator == " " else 3 - (above > 0)
    return _Layout(separator, quote, above, cells, (sure, some, -_order(separator)))


def _order(separator: str) -> int:
    return SEPARATORS.index(separator) if separator in SEPARATORS else 0


def _rows(text: str, separator: str, quote: str) -> list[tuple[int, list[str]]]:
    """The first rows that are not blank, each with the line on which it begins."""
    reader, rows, line = csv.reader(StringIO(text, newline=""), delimiter=separator, quotechar=quote), [], 1
    try:
        for row in reader:
            if row:
                rows.append((line, row))
            line = reader.line_num + 1
            if len(rows) == _ROWS:
                break
    except csv.Error:
        pass
    cut = len(text) >= _START - _MOST_SKIPPED and 1 < len(rows) < _ROWS
    return rows[:-1] if cut else rows


def _is_title(row: list[str]) -> bool:
    """A row that holds a remark and no table."""
    return len([cell for cell in row if cell.strip()]) <= 1


def _has_single_quotes(start: str) -> bool:
    return re.search(r"(^|[,;\t|])'[^']*[,;\t|\n][^']*'", start) is not None and '"' not in start


def _is_header(rows: list[list[str]], known: Sequence[str]) -> bool:
    """Whether the first row names the columns: names are no values, and do not occur again below."""
    if len(rows) < 2:
        return True
    first, below = [cell.strip() for cell in rows[0]], rows[1:]
    if set(known) & set(first):
        return True
    columns = [[row[place].strip() for row in below if place < len(row)] for place in range(len(first))]
    values = [_is_value(cell) for cell in first]
    if not any(values):
        again = sum(cell in column for cell, column in zip(first, columns, strict=True) if cell)
        return again * 2 <= len(first)
    for cell, is_value, column in zip(first, values, columns, strict=True):
        numbers = sum(map(_is_value, column))
        if cell and not is_value and numbers > 0.5 * len(column):
            return True  # a word above numbers
    return len(set(first)) == len(first) and not any(map(_is_value, (cell for row in below for cell in row)))


def _is_value(cell: str) -> bool:
    return _VALUE.fullmatch(cell) is not None or (is_missing(cell) and cell != "")
