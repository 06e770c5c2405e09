"""Rows whose target has no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from caviar.plugin import DataError

from caviar_plugins.tables.cells import Cells


def labelled(cells: Cells, targets: Sequence[str], missing: str) -> tuple[Cells, int]:
    """The rows that have every target, and how many lack one; they are refused if `missing` says so.

    Raises DataError.
    """
    places = {name: f"c{cells.names.index(name)}" for name in targets}
    gap = " OR ".join(f"{cell} IS NULL" for cell in places.values())
    empty, first = cells.connection.execute(f"SELECT count(*), min(rowid) FROM t WHERE {gap}").fetchone()
    if not empty:
        return cells, 0
    where = cells.where(first - cells.first)
    if missing == "refuse":
        flags = cells.connection.execute(f"SELECT {_flags(places)} FROM t WHERE rowid = {first}").fetchone()
        name = next(name for name, flag in zip(places, flags, strict=True) if flag)
        raise DataError(f"{where}: the target '{name}' has no value; fill it in or remove the row")
    if empty == cells.rows:
        if len(targets) > 1:
            raise DataError(f"{where}: no row has a value of every target, {_named(targets)}; choose other columns")
        raise DataError(f"{where}: the target '{targets[0]}' has no value in any row; choose another column")
    cells.connection.execute(f"DELETE FROM t WHERE {gap}")
    return replace(cells, rows=cells.rows - empty), empty


def unlabelled(count: int, targets: Sequence[str]) -> str:
    """What to tell of rows that were left out."""
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    one = f"the target {_named(targets)}" if len(targets) == 1 else f"one of the targets {_named(targets)}"
    return f'{rows} left out because {one} has no value; missing_target = "refuse" refuses them'


def _flags(places: Mapping[str, str]) -> str:
    return ", ".join(f"{cell} IS NULL" for cell in places.values())


def _named(targets: Sequence[str]) -> str:
    return ", ".join(map(repr, targets))
