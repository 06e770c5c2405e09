"""Counts of the cells of text columns: how many are numbers, how many differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from caviar.plugin import EXACT_WHOLE

from caviar_plugins.tables import flags
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.numbers import NUMBER
from caviar_plugins.tables.sql import listed, quoted

_LONG_FORM = 4_000_000  # cells of which every different one is counted
_WIDE = 200  # columns
_DIFFERENT = 5000  # different cells of a column that are looked at


@dataclass(frozen=True)
class Counts:
    """How many cells of a column are what.

    `distinct`, `rarest` and `commonest` count different cells, where they were counted; `negative` is the only
    different cell that begins with a minus, if there is one.
    """

    present: int
    plain: int
    whole: int
    true_false: int
    long: bool
    largest: float
    distinct: int
    rarest: int
    commonest: int
    length: float
    negative: str


_NONE = Counts(0, 0, 0, 0, False, 0.0, 0, 0, 0, 0.0, "")


def counts(cells: Cells, places: Sequence[int], distinct: bool) -> dict[int, Counts]:
    """The counts of some columns of text; with `distinct` those of different cells too."""
    if not places:
        return {}
    if cells.wide:
        found = _counted(cells, "SELECT place, text, 1 AS n FROM long WHERE text IS NOT NULL", distinct)
    elif cells.rows * len(places) <= _LONG_FORM or len(places) > _WIDE:
        chosen = ", ".join(f'c{place} AS "{place}"' for place in places)
        long = f"(UNPIVOT (SELECT {chosen} FROM t) ON * INTO NAME place VALUE text)"
        found = _counted(cells, f"SELECT CAST(place AS INTEGER) AS place, text, 1 AS n FROM {long}", distinct)
    else:
        found = {}
        for place in places:
            column = f"SELECT {place} AS place, c{place} AS text, 1 AS n FROM t WHERE c{place} IS NOT NULL"
            found |= _counted(cells, column, distinct)
    return {place: found.get(place, _NONE) for place in places}


def _counted(cells: Cells, source: str, distinct: bool) -> dict[int, Counts]:
    """The counts of the columns in a query of cells; those of different ones cost more."""
    unsigned = "strlen(text) - CAST(starts_with(text, '-') OR starts_with(text, '+') AS INT)"
    tests = f"regexp_full_match(text, {quoted(NUMBER)}) AS plain, abs(try_cast(text AS DOUBLE)) AS size"
    shape = f"NOT contains(text, '.') AND NOT contains(lower(text), 'e') AS digits, {unsigned} AS long"
    differ = "0, 0, 0, 0, ''"
    if distinct:
        source = f"SELECT place, text, count(*) AS n FROM ({source}) GROUP BY ALL"
        negative = "starts_with(text, '-')"
        only = f"CASE WHEN count(*) FILTER ({negative}) = 1 THEN min(text) FILTER ({negative}) ELSE '' END"
        differ = f"count(*), min(n), max(n), avg(length(text)), {only}"
    query = (
        "SELECT place, sum(n), sum(n) FILTER (plain), sum(n) FILTER (plain AND digits AND long <= 18), "
        f"sum(CASE WHEN plain THEN 0 WHEN lower(text) IN {listed(flags.PLAIN)} THEN n ELSE 0 END), "
        f"bool_or(plain AND digits AND long >= 16 AND size > {EXACT_WHOLE}), max(size) FILTER (plain), {differ} "
        f"FROM (SELECT *, {tests}, {shape} FROM ({source})) GROUP BY place"
    )
    return {place: _counts(row) for place, *row in cells.connection.execute(query).fetchall()}


def _counts(row: Sequence[Any]) -> Counts:
    present, plain, whole, true_false, long, largest, *differ, length, negative = row
    distinct, rarest, commonest = map(int, differ)
    sizes = (int(present), int(plain or 0), int(whole or 0), int(true_false or 0))
    return Counts(*sizes, bool(long), float(largest or 0.0), distinct, rarest, commonest, float(length), negative)


def different(cells: Cells, place: int) -> list[str]:
    """Different cells of a column of text in order; of very many a part, spread over all and the same each time."""
    found = f"SELECT DISTINCT c{place} AS cell FROM {cells.column(place)} WHERE c{place} IS NOT NULL"
    query = f"SELECT cell FROM ({found}) ORDER BY hash(cell), cell LIMIT {_DIFFERENT}"
    return sorted(cell for (cell,) in cells.connection.execute(query).fetchall())
