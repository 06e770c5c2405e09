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
    """How many cells of a column are what; `distinct` and `rarest` count different cells, where they were counted."""

    present: int
    plain: int
    whole: int
    true_false: int
    long: bool
    largest: float
    distinct: int
    rarest: int
    length: float


def counts(cells: Cells, places: Sequence[int]) -> dict[int, Counts]:
    """The counts of some columns of text."""
    if not places:
        return {}
    if cells.rows * len(places) <= _LONG_FORM or len(places) > _WIDE:
        chosen = ", ".join(f"c{place}" for place in places)
        long = (
            f"SELECT name, text, count(*) AS n FROM (UNPIVOT (SELECT {chosen} FROM t) ON * INTO NAME name VALUE text)"
        )
        cells.connection.execute(f"CREATE OR REPLACE TEMP TABLE u AS {long} GROUP BY ALL")
        rows = cells.connection.execute(_counted("u", every=True)).fetchall()
    else:
        rows = []
        for place in places:
            source = f"(SELECT 'c{place}' AS name, c{place} AS text, 1 AS n FROM t WHERE c{place} IS NOT NULL)"
            rows += cells.connection.execute(_counted(source, every=False)).fetchall()
    found = {int(name[1:]): _counts(row) for name, *row in rows if name is not None}
    return {place: found.get(place, Counts(0, 0, 0, 0, False, 0.0, 0, 0, 0.0)) for place in places}


def _counted(source: str, every: bool) -> str:
    """SQL: the counts of each column, or, where not `every` different cell has a row of its own, of the only one."""
    unsigned = "strlen(text) - CAST(starts_with(text, '-') OR starts_with(text, '+') AS INT)"
    tests = f"regexp_full_match(text, {quoted(NUMBER)}) AS plain, abs(try_cast(text AS DOUBLE)) AS size"
    shape = f"NOT contains(text, '.') AND NOT contains(lower(text), 'e') AS digits, {unsigned} AS long"
    distinct = "count(*), min(n), avg(length(text))" if every else "0, 0, 0"
    return (
        f"SELECT {'name' if every else 'first(name)'}, sum(n), sum(n) FILTER (plain), "
        "sum(n) FILTER (plain AND digits AND long <= 18), "
        f"sum(CASE WHEN plain THEN 0 WHEN lower(text) IN {listed(flags.PLAIN)} THEN n ELSE 0 END), "
        f"bool_or(plain AND digits AND long >= 16 AND size > {EXACT_WHOLE}), max(size) FILTER (plain), {distinct} "
        f"FROM (SELECT *, {tests}, {shape} FROM {source}){' GROUP BY name' if every else ''}"
    )


def _counts(row: Sequence[Any]) -> Counts:
    present, plain, whole, true_false, long, largest, distinct, rarest, length = row
    sizes = (int(present), int(plain or 0), int(whole or 0), int(true_false or 0))
    return Counts(*sizes, bool(long), float(largest or 0.0), int(distinct), int(rarest), float(length))


def different(cells: Cells, place: int) -> list[str]:
    """Different cells of a column of text, the first so many."""
    query = f"SELECT DISTINCT c{place} FROM t WHERE c{place} IS NOT NULL LIMIT {_DIFFERENT}"
    return sorted(cell for (cell,) in cells.connection.execute(query).fetchall())
