"""The column by which rows are split, sure to have a value in every row."""

from __future__ import annotations

from caviar.config.checks.splits import Way, column_of, no_order, no_value, several_cells
from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.table import Table


def split_column(data: Data, table: Table, way: Way) -> Array:
    """The cells of the column that `data.group`, `data.time` or `data.part` names. Raises Unfit."""
    import numpy

    name = column_of(data, way, tuple(table.columns), table.target)
    column = table.columns[name]
    if column.ndim > 1:
        raise several_cells(data, way)
    if way == "time" and column.dtype.kind not in "fiuM":
        raise no_order(data, "words" if column.dtype.kind == "O" else "flags")
    empty = numpy.asarray([each is None for each in column]) if column.dtype.kind == "O" else column != column
    if empty.any():
        first = int(numpy.flatnonzero(empty)[0])
        raise no_value(data, way, int(empty.sum()), first if table.numbers is None else int(table.numbers[first]))
    return column
