"""Rows whose target has no value."""

from __future__ import annotations

from dataclasses import replace

from caviar.plugin import Array, DataError

from caviar_plugins.tables.cells import Cells


def labelled(cells: Cells, target: str, missing: str) -> tuple[Cells, int]:
    """The rows that have a target, and how many have none; they are refused if `missing` says so. Raises DataError."""
    cell = f"c{cells.names.index(target)}"
    query = f"SELECT count(*), min(rowid) FROM t WHERE {cell} IS NULL"
    empty, first = cells.connection.execute(query).fetchone()
    if not empty:
        return cells, 0
    where = cells.where(first - cells.first)
    if missing == "refuse":
        raise DataError(f"{where}: the target '{target}' has no value; fill it in or remove the row")
    if empty == cells.rows:
        raise DataError(f"{where}: the target '{target}' has no value in any row; choose another column")
    cells.connection.execute(f"DELETE FROM t WHERE {cell} IS NULL")
    return replace(cells, rows=cells.rows - empty), empty


def row_numbers(cells: Cells) -> Array:
    """The numbers of the rows in the file, from 0, where some were left out."""
    numbers: Array = cells.connection.execute(f"SELECT rowid - {cells.first} AS n FROM t").fetchnumpy()["n"]
    return numbers


def unlabelled(count: int, target: str) -> str:
    """What to tell of rows that were left out."""
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    return f'{rows} left out because the target {target!r} has no value; missing_target = "refuse" refuses them'
