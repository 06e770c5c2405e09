"""Codes of `missing` that no cell equals: most likely misspelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json import dumps
from pathlib import Path

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.missing import MISSING, numeric, spellings
from caviar_plugins.tables.source import Layout, opened
from caviar_plugins.tables.sql import quoted


def unused_codes(
    path: Path, layout: Layout, missing: Sequence[str], limit: int, known: Sequence[str]
) -> tuple[str, ...]:
    """A sentence for each code that stands in none of the first `limit` bytes. Raises DataError."""
    own = [code for code in missing if code.strip().lower() not in MISSING]
    if not own:
        return ()
    with opened(path, layout, (), limit, known) as file:
        rows = f"{file.cells.rows:,} rows looked at"
        return tuple(
            f"the code {dumps(code, ensure_ascii=False)} of missing in [data] is for other rows: "
            f"no cell of the {rows} equals it"
            for code in own
            if not any(_found(file.cells, code))
        )


def _found(cells: Cells, code: str) -> Iterator[bool]:
    """Whether a cell equals the code, for all columns of a type at once."""
    pattern = quoted(f"(?i){spellings(code)}")
    if cells.wide:
        yield _any(cells, "long", [f"regexp_full_match(text, {pattern})"])
        return
    yield _any(cells, "t", [f"regexp_full_match(c{place}, {pattern})" for place in cells.places("text")])
    for number in numeric([code]):
        yield _any(cells, "t", [f"c{place} = {number!r}" for place in cells.places("number")])


def _any(cells: Cells, table: str, tests: Sequence[str]) -> bool:
    if not tests:
        return False
    found = cells.connection.execute(f"SELECT 1 FROM {table} WHERE {' OR '.join(tests)} LIMIT 1").fetchone()
    return found is not None
