"""Which rows of new data are old ones: a file that has grown holds those of before as well."""

from __future__ import annotations

from caviar.values.arrays import Array
from caviar.values.table import Table

_MOST = 0.5  # of the old rows: where more of them are among the new ones, the file has grown


def added(old: Table, new: Table) -> Array | None:
    """Which new rows were added to a file that has grown, bool (rows,); None where it is another file.

    Two rows are equal if all their cells are; of equal rows as many are old as the old table has.
    """
    import numpy

    if set(old.columns) != set(new.columns):
        return None
    before, after = _keys(old, new)
    values, counts = numpy.unique(before, return_counts=True)
    order = numpy.argsort(after, kind="stable")
    ordered = after[order]
    first = numpy.searchsorted(ordered, ordered, side="left")
    place = numpy.minimum(numpy.searchsorted(values, ordered), len(values) - 1)
    there = numpy.where(values[place] == ordered, counts[place], 0)
    known = numpy.zeros(len(after), dtype=bool)
    known[order] = numpy.arange(len(after)) - first < there
    if known.sum() <= _MOST * len(before):
        return None
    more: Array = ~known
    return more


def _keys(old: Table, new: Table) -> tuple[Array, Array]:
    """A hash of each row of both tables, uint64."""
    import numpy

    rows = old.rows + new.rows
    keys = numpy.zeros(rows, dtype=numpy.uint64)
    for name, column in old.columns.items():
        both = (column, new.columns[name])
        if column.dtype.kind == "O" or both[1].dtype.kind == "O":
            codes: dict[object, int] = {}
            numbers = [codes.setdefault(cell, len(codes)) for each in both for cell in each.tolist()]
            blocks = numpy.asarray(numbers, dtype=numpy.uint64)[:, None]
        else:
            blocks = numpy.concatenate([_bits(each) for each in both])
        for place in range(blocks.shape[1]):
            keys = (keys ^ blocks[:, place]) * numpy.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> numpy.uint64(29)
    return keys[: old.rows], keys[old.rows :]


def _bits(column: Array) -> Array:
    """The cells of a column that holds no words as whole numbers, (rows, cells)."""
    import numpy

    if column.dtype.kind == "M":
        column = column.astype("datetime64[s]").astype(numpy.int64)
    cells = column.reshape(len(column), -1).astype(numpy.float64) + 0.0  # -0.0 is 0.0
    cells[numpy.isnan(cells)] = numpy.nan  # of all bit patterns the same
    bits: Array = cells.view(numpy.uint64)
    return bits
