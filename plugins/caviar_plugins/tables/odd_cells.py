"""Cells that their column cannot hold, such as a word among numbers: what `pipe init` makes of them, in settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Any, TypeAlias

from caviar_plugins.tables.arrays import NAMES, value
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.lines import shortened
from caviar_plugins.tables.missing import numeric, present
from caviar_plugins.tables.new_blocks import Kept
from caviar_plugins.tables.reading import Readings, readings
from caviar_plugins.tables.source import opened
from caviar_plugins.tables.sql import key

_MOST = 8  # different ones of a column: more are no few mistakes, and would make a long line
_SHOWN = 3  # places in a message
_Odd: TypeAlias = Mapping[int, Mapping[str, tuple[int, int]]]
"""Place of a column -> cell -> its first row, and how often it stands there."""


@dataclass(frozen=True)
class OddCells:
    """Of one column; `told` says in words what they are and where the first few stand, the first one at `first`.

    `codes` is what `missing` is to have; with none, the column is to be read as words.
    """

    name: str
    codes: tuple[str, ...]
    first: str
    told: str
    is_target: bool

    def __str__(self) -> str:
        """What was made of them, and the line of [data] that makes something else of them."""
        words = f'columns.{key(self.name)} = "category"'
        if not self.codes:
            return f"{self.told}: read as words ({words} in [data]); correct the cells to have a column of numbers"
        codes = dumps(list(self.codes), ensure_ascii=False)
        instead = "their rows are left out" if self.is_target else f"{words} instead reads the column as words"
        return f"{self.told}: read as missing (missing = {codes} in [data]); {instead}"


def odd_cells(path: Path, kept: Kept, split_columns: Collection[str], limit: int) -> tuple[OddCells, ...]:
    """Those of each column that has any, in the first `limit` bytes of a file. Raises DataError.

    They stand for no value where that changes no other cell. Otherwise, as with 1,5 among 1.5, the column holds words,
    but no target does: it would become classes.
    """
    with opened(path, kept.layout, kept.missing, limit, kept.targets) as file:
        cells, separator = file.cells, file.layout.separator or ","
        found = readings(cells, kept.columns, kept.decimal, separator, (), (*split_columns, *kept.targets))
        odd = {place: shown for place in cells.places("text") if (shown := _odd(cells, place, found))}
        made = [_made(cells, place, found, odd, kept.targets) for place in odd]
    return tuple(each for each in made if each.codes or not each.is_target)


def odd_settings(odd: Sequence[OddCells], missing: Sequence[str]) -> tuple[tuple[str, Any, str], ...]:
    """The keys of [data], each with its value and a comment; `missing` are all codes, others too."""
    coded = [f"{shortened(each.name)} ({each.first})" for each in odd if each.codes]
    more = f" and {len(coded) - 1} more" if len(coded) > 1 else ""
    codes = [("missing", missing, f"no value: {coded[0]}{more}")] if coded else []
    words = [(f"columns.{key(each.name)}", "category", f"odd cells: {each.first}") for each in odd if not each.codes]
    return (*codes, *words)


def _odd(cells: Cells, place: int, found: Readings) -> dict[str, tuple[int, int]]:
    reading, cell = found.columns[place], f"c{place}"
    if reading.kind not in ("number", "flag", "date"):
        return {}
    query = (
        f"SELECT {cell}, min(rowid), count(*) FROM {cells.column(place)} "
        f"WHERE {cell} IS NOT NULL AND ({value(reading, cell)}) IS NULL GROUP BY {cell} ORDER BY min(rowid)"
    )
    return {text: (row - cells.first, many) for text, row, many in cells.connection.execute(query).fetchall()}


def _made(cells: Cells, place: int, found: Readings, odd: _Odd, targets: Collection[str]) -> OddCells:
    name, shown, kind = cells.names[place], odd[place], NAMES[found.columns[place].kind]
    codes = tuple(shown) if len(shown) <= _MOST and all(_is_code(cells, each, odd) for each in shown) else ()
    (first, row), *others = ((repr(shortened(cell)), row) for cell, (row, _) in [*shown.items()][:_SHOWN])
    where = cells.where(row)
    told = f"{where}: column '{shortened(name)}' holds {first}"
    if others:
        more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
        told += f", {', '.join(f'{cell} ({cells.where(row)})' for cell, row in others)}{more}"
    count, wrong = found.counts[place].present, sum(many for _, many in shown.values())
    some = "the first " if cells.cut else ""
    told += f" where {count - wrong:,} of {some}{count:,} cells hold a {kind}"
    return OddCells(name, codes, where.removeprefix(f"{Path(where).parent}/"), told, name in targets)


def _is_code(cells: Cells, cell: str, odd: _Odd) -> bool:
    """Whether a code for missing that is this cell takes away no cell that its column can hold."""
    if numeric([cell]):
        return False  # it would stand for a number in new rows, too
    meant = sum(shown[cell][1] for shown in odd.values() if cell in shown)
    return sum(_taken(cells, place, cell) for place in cells.places("text")) == meant


def _taken(cells: Cells, place: int, code: str) -> int:
    column = f"c{place}"
    condition = f"{column} IS NOT NULL AND ({present(column, (code,))}) IS NULL"
    query = f"SELECT count(*) FROM {cells.column(place)} WHERE {condition}"
    return int(cells.connection.execute(query).fetchone()[0])
