"""Which rows of new data are old ones: a file that has grown holds those of before as well, edited ones perhaps."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.values.arrays import Array
from caviar.values.table import Table

_MOST = 0.5  # of the rows of the shorter table: where more of them are in both, they are the same rows, and not alike
_FEW = 0.05  # of the rows that count as new: so many may be old ones without a word


@dataclass(frozen=True)
class Overlap:
    """`more`: which new rows count as new, bool (rows,). `note` says what makes that doubtful, or ""."""

    more: Array
    note: str


def overlap(old: Table, new: Table) -> Overlap | None:
    """Which new rows are no old ones; None where the tables have different columns.

    Two rows are equal if all their cells are; of equal rows as many are old as the old table has. Few equal rows are
    alike by chance, as flights of one schedule are, and all count as new; without them the others would be a selection.
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
    found, count = int(known.sum()), len(before)
    trained = "the deployed model was trained on them, and looks better than it is"
    if found <= _MOST * min(count, len(after)):
        told = f"{found:,} of {len(after):,} new rows equal old ones: if they are these, {trained}"
        return Overlap(numpy.ones(len(after), dtype=bool), told if found > _FEW * len(after) else "")
    gone, more = count - found, len(after) - found
    told = f"{gone:,} of {count:,} old rows are not there as they were: if some were edited, {trained}"
    return Overlap(~known, told if gone > _FEW * more else "")


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
