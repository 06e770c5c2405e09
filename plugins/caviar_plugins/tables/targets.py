"""Rows whose target has no value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caviar.plugin import Array, DataError, Table

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.missing import is_missing


def labelled(cells: Cells, target: str, missing: str) -> tuple[Cells, int]:
    """The rows that have a target, and how many have none; they are refused if `missing` says so. Raises DataError."""
    place = cells.names.index(target)
    without = f"FROM {cells.column(place)} WHERE c{place} IS NULL"
    empty, first = cells.connection.execute(f"SELECT count(*), min(rowid) {without}").fetchone()
    if not empty:
        return cells, 0
    _refuse(cells.where(first - cells.first), target, missing, every=empty == cells.rows)
    table, row = ("long", "row") if cells.wide else ("t", "rowid")
    cells.connection.execute(f"DELETE FROM {table} WHERE {row} IN (SELECT rowid {without})")
    return replace(cells, rows=cells.rows - empty), empty


def row_numbers(cells: Cells) -> Array:
    """The numbers of the rows in the file, from 0, where some were left out."""
    numbers: Array = cells.connection.execute(f"SELECT rowid - {cells.first} AS n FROM t").fetchnumpy()["n"]
    return numbers


def with_targets(table: Table, missing: str, codes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """The same of a table that a program holds, and what to tell of the rows that are left out. Raises DataError."""
    import numpy

    notes = []
    for target in table.target:
        empty = _empty(table.columns[target], codes)
        if not empty.any():
            continue
        _refuse(f"row {int(empty.argmax()) + 1}", target, missing, every=bool(empty.all()))
        kept = {name: column[~empty] for name, column in table.columns.items()}
        if (values := kept[target]).dtype.kind == "f" and (values == numpy.floor(values)).all():
            kept[target] = values.astype(numpy.int64)  # that are floats because of the gaps
        numbers = numpy.arange(table.rows) if table.numbers is None else table.numbers
        test = None if table.test is None else table.test[~empty]
        table = replace(table, columns=kept, test=test, numbers=numbers[~empty])
        notes.append(unlabelled(int(empty.sum()), target))
    return table, tuple(notes)


def _empty(column: Array, codes: Sequence[str]) -> Array:
    """Which rows of a column have no value."""
    import numpy

    if column.dtype.kind == "O":
        valueless = {cell for cell in set(column.tolist()) if cell is None or is_missing(cell, codes)}
        return numpy.asarray([cell in valueless for cell in column], dtype=bool)
    if column.dtype.kind in "iuf":
        return numpy.asarray(numpy.isnan(column))
    gaps: Array = numpy.not_equal(column, column)
    return gaps


def _refuse(where: str, target: str, missing: str, every: bool) -> None:
    if missing == "refuse":
        raise DataError(f"{where}: the target '{target}' has no value; fill it in or remove the row")
    if every:
        raise DataError(f"{where}: the target '{target}' has no value in any row; choose another column")


def unlabelled(count: int, target: str) -> str:
    """What to tell of rows that were left out."""
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    return f'{rows} left out because the target {target!r} has no value; missing_target = "refuse" refuses them'
