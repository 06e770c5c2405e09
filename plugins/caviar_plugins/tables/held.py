"""Columns that a program holds, such as those of a data frame, read by the same rules as those of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from caviar.plugin import Array, DataError, Table

from caviar_plugins.tables.arrays import arrays
from caviar_plugins.tables.cells import Cells, CellType
from caviar_plugins.tables.engine import connected, scratch
from caviar_plugins.tables.guesses import is_code
from caviar_plugins.tables.missing import numeric, present
from caviar_plugins.tables.reading import Reading, Readings, readings
from caviar_plugins.tables.row_names import is_name_of_rows
from caviar_plugins.tables.settings import in_program
from caviar_plugins.tables.sql import trimmed

_TYPES: Mapping[str, CellType] = {"O": "text", "b": "flag", "M": "date"}
_NOT_READ = Reading("ignore")
_EXACT = 2.0**53


@dataclass(frozen=True)
class Rules:
    """How cells are read: the kinds of columns, the decimal mark (None: looked for) and the codes for no value.

    `settled`: they are those of a trained model, so that what does not fit is a mistake in the rows.
    """

    columns: Mapping[str, str]
    decimal: str | None
    missing: tuple[str, ...]
    settled: bool = False


def read_held(table: Table, rules: Rules, words: Collection[str] = ()) -> Table:
    """The table with what its words stand for; `words` are columns that remain words. Raises DataError."""
    table = without_codes(table, rules.missing)
    with held(table, rules.missing) as (cells, _):
        cells = replace(cells, settled=rules.settled)
        found = readings(cells, rules.columns, rules.decimal, ",", words, targets=None)
        return as_read(table, cells, found)


def without_codes(table: Table, missing: Sequence[str]) -> Table:
    """The same without the numbers that stand for no value; columns without any number hold words, also none.

    What the latter should hold is unknown: pandas makes floats of any column without values.
    """
    import numpy

    columns, codes = dict[str, Array](), numeric(missing)
    for name, array in table.columns.items():
        if codes and array.dtype.kind in "iuf" and (empty := numpy.isin(array, codes)).any():
            array = numpy.where(empty, numpy.nan, array)
        if array.dtype.kind == "f" and array.ndim == 1 and len(array) and numpy.isnan(array).all():
            array = numpy.full(len(array), None, dtype=object)
        columns[name] = array
    return table.with_columns(columns)


@contextmanager
def held(table: Table, missing: Sequence[str]) -> Iterator[tuple[Cells, Sequence[int]]]:
    """The cells of all columns, and those that are in the database: words, and numbers that may be none.

    Raises DataError.
    """
    names, columns = list(table.columns), list(table.columns.values())
    types = [_TYPES.get(array.dtype.kind, "number") for array in columns]
    stored = [
        place
        for place, (name, array) in enumerate(zip(names, columns, strict=True))
        if types[place] == "text" or (types[place] == "number" and array.ndim == 1 and _is_doubtful(name, array))
    ]
    cells = Cells(None, names, types, table.rows, 0, lambda row: f"row {row + 1}", setting=in_program)
    if not stored:
        yield cells, ()
        return
    with scratch() as folder, connected(folder) as connection:
        _store(connection, {f"c{place}": columns[place] for place in stored}, missing)
        yield replace(cells, connection=connection), stored


def _is_doubtful(name: str, numbers: Array) -> bool:
    """Whether numbers may be names of the rows, or hold one negative number that often stands for missing."""
    if is_name_of_rows(name):
        return True
    below = numbers[numbers < 0] if numbers.dtype.kind != "u" else numbers[:0]
    return bool(len(below)) and is_code(str(below[0])) and bool((below == below[0]).all())


def _store(connection: Any, columns: dict[str, Array], missing: Sequence[str]) -> None:
    import duckdb

    chosen = ", ".join(
        f"{_word_of(name, missing) if array.dtype.kind == 'O' else name} AS {name}" for name, array in columns.items()
    )
    arrays = {name: each if each.dtype.kind in "Oiu" else each.astype("float64") for name, each in columns.items()}
    try:
        connection.register("held", arrays)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT {chosen} FROM held")
    except duckdb.Error as error:
        raise DataError(f"a cell holds text that is no Unicode: {' '.join(str(error).split())[:200]}") from None


def _word_of(name: str, missing: Sequence[str]) -> str:
    return present(f"({trimmed(f'CAST({name} AS VARCHAR)')})", missing)


def as_read(table: Table, cells: Cells, found: Readings) -> Table:
    """The table with its columns read as was decided, in their order. Raises DataError."""
    is_text = [kind == "text" for kind in cells.types]
    texts = tuple(each if text else _NOT_READ for each, text in zip(found.columns, is_text, strict=True))
    words, rounded = arrays(cells, replace(found, columns=texts))
    columns = dict[str, Array]()
    for (name, array), reading, text in zip(table.columns.items(), found.columns, is_text, strict=True):
        if reading.kind != "ignore":
            columns[name] = words[name] if text else _typed(array, reading)
    target = tuple(name for name in table.target if name in columns)
    return replace(table.with_columns(columns), target=target, rounded=(*table.rounded, *rounded))


def _typed(array: Array, reading: Reading) -> Array:
    """A column of numbers, flags or dates, as words where it is to be a category."""
    import numpy

    if reading.kind != "category":
        return array
    words = numpy.empty(len(array), dtype=object)
    words[:] = [None if cell is None or cell != cell else _word(cell) for cell in array.tolist()]
    return words


def _word(cell: Any) -> str:
    """A cell as text; a whole number is written as one, also where gaps made floats of its column."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT else str(cell)
