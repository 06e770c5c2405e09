"""Codes of `missing` that no cell equals: most likely misspelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from json import dumps
from pathlib import Path

from caviar.plugin import Table

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.held import held
from caviar_plugins.tables.missing import MISSING, numeric, spellings
from caviar_plugins.tables.source import Layout, opened
from caviar_plugins.tables.sql import quoted


def unused_codes(
    path: Path, layout: Layout, missing: Sequence[str], limit: int, known: Sequence[str]
) -> tuple[str, ...]:
    """A sentence for each code that stands in none of the first `limit` bytes. Raises DataError."""
    own = _of_its_own(missing)
    if not own:
        return ()
    with opened(path, layout, (), limit, known) as file:
        return tuple(_told(code, "missing in [data]", file.cells) for code in own if not any(_found(file.cells, code)))


def unused_in_program(table: Table, missing: Sequence[str]) -> tuple[str, ...]:
    """The same for columns that a program holds. Raises DataError."""
    own = _of_its_own(missing)
    if not own:
        return ()
    numbers = [array for array in table.columns.values() if array.dtype.kind in "iuf"]
    with held(table, ()) as (cells, _):
        texts = replace(cells, types=[kind if kind == "text" else "nested" for kind in cells.types])
        return tuple(
            _told(code, "Memory.missing", cells)
            for code in own
            if not any((array == number).any() for number in numeric([code]) for array in numbers)
            and not any(_found(texts, code))
        )


def _of_its_own(missing: Sequence[str]) -> list[str]:
    """The codes that stand for no value only because the user says so."""
    return [code for code in missing if code.strip().lower() not in MISSING]


def _told(code: str, setting: str, cells: Cells) -> str:
    shown = dumps(code, ensure_ascii=False)
    return f"the code {shown} of {setting} is for other rows: no cell of the {cells.rows:,} rows looked at equals it"


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
