"""Which rows of new data are old ones: a file that has grown holds those of before as well, edited ones perhaps."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.values.arrays import Array
from caviar.values.table import Table

_GROWN = 0.95  # of the old rows are in a file that has grown
_FEW = 0.05  # of the rows that are no old ones: so many may be old ones that were edited


@dataclass(frozen=True)
class Overlap:
    """`more`: which new rows are no old ones, bool (rows,). `gone`: how many of the `before` old rows are not there."""

    more: Array
    gone: int
    before: int

    @property
    def note(self) -> str:
        """That rows may be edited ones, where that matters."""
        if self.gone <= _FEW * int(self.more.sum()):
            return ""
        return (
            f"{self.gone:,} of {self.before:,} old rows are not there as they were: if some were edited, the deployed "
            "model was trained on them, and looks better than it is"
        )


def overlap(old: Table, new: Table) -> Overlap | None:
    """The old rows among the new ones; None where there are none, or no more than chance explains.

    Two rows are equal if all their cells are; of equal rows as many are old as the old table has. The chance that a row
    of another file equals an old one is that of a row to be no single one (Good and Turing).
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
    found, alike = int(known.sum()), 1 - int((counts == 1).sum()) / len(before)
    if found < _GROWN * len(before) and found <= 2 * alike * len(after):
        return None
    return Overlap(~known, len(before) - found, len(before))


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
