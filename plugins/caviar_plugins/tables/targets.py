"""Rows whose target has no value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caviar.plugin import Array, DataError, Table

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.missing import is_missing


def labelled(cells: Cells, targets: Sequence[str], missing: str) -> tuple[Cells, int]:
    """The rows that have every target, and how many lack one; they are refused if `missing` says so.

    Raises DataError.
    """
    gaps = [_gaps(cells, cells.names.index(name)) for name in targets]
    lacking = sorted(set().union(*gaps))
    if not lacking:
        return cells, 0
    first = next(name for name, rows in zip(targets, gaps, strict=True) if lacking[0] in rows)
    _check(cells.where(lacking[0] - cells.first), first, targets, missing, every=len(lacking) == cells.rows)
    table, row = ("long", "row") if cells.wide else ("t", "rowid")
    cells.connection.execute(f"DELETE FROM {table} WHERE {row} IN (SELECT unnest(?))", [lacking])
    return replace(cells, rows=cells.rows - len(lacking)), len(lacking)


def row_numbers(cells: Cells) -> Array:
    """The numbers of the rows in the file, from 0, where some were left out."""
    query = f"SELECT rowid - {cells.first} AS n FROM {cells.column(0)}"
    numbers: Array = cells.connection.execute(query).fetchnumpy()["n"]
    return numbers


def with_targets(table: Table, missing: str, codes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """The same of a table that a program holds, and what to tell of the rows that are left out. Raises DataError."""
    import numpy

    gaps = {name: _empty(table.columns[name], codes) for name in table.target}
    lacking = numpy.any(list(gaps.values()), axis=0) if gaps else numpy.zeros(table.rows, dtype=bool)
    if not lacking.any():
        return table, ()
    row = int(lacking.argmax())
    first = next(name for name, empty in gaps.items() if empty[row])
    _check(f"row {row + 1}", first, table.target, missing, every=bool(lacking.all()))
    kept = {name: column[~lacking] for name, column in table.columns.items()}
    for name, empty in gaps.items():
        if empty.any() and (values := kept[name]).dtype.kind == "f" and (values == numpy.floor(values)).all():
            kept[name] = values.astype(numpy.int64)  # that are floats because of the gaps
    numbers = numpy.arange(table.rows) if table.numbers is None else table.numbers
    test = None if table.test is None else table.test[~lacking]
    whole = replace(table, columns=kept, test=test, numbers=numbers[~lacking])
    return whole, (unlabelled(int(lacking.sum()), table.target),)


def unlabelled(count: int, targets: Sequence[str]) -> str:
    """What to tell of rows that were left out."""
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    one = f"the target {_named(targets)}" if len(targets) == 1 else f"one of the targets {_named(targets)}"
    return f'{rows} left out because {one} has no value; missing_target = "refuse" refuses them'


def _gaps(cells: Cells, place: int) -> set[int]:
    found = cells.connection.execute(f"SELECT rowid FROM {cells.column(place)} WHERE c{place} IS NULL").fetchall()
    return {row for (row,) in found}


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


def _check(where: str, first: str, targets: Sequence[str], missing: str, every: bool) -> None:
    """Refuses rows without a target, if that is wanted or if there are no others; `first` lacks it at `where`."""
    if missing == "refuse":
        raise DataError(f"{where}: the target '{first}' has no value; fill it in or remove the row")
    if every and len(targets) > 1:
        raise DataError(f"{where}: no row has a value of every target, {_named(targets)}; choose other columns")
    if every:
        raise DataError(f"{where}: the target '{first}' has no value in any row; choose another column")


def _named(targets: Sequence[str]) -> str:
    return ", ".join(map(repr, targets))
