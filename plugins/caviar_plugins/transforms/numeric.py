"""What the transforms of numbers share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caviar import Array, Table


def numeric(table: Table) -> list[str]:
    """The feature columns that hold numbers. Flags do not count: a rare one would be scaled out of proportion."""
    return [name for name in table.features if table.columns[name].dtype.kind in "iuf"]


def known(table: Table, learned: Mapping[str, Array], what: str) -> list[str]:
    """The columns of which something was learned; in new rows a flag may have become a number, for lack of values."""
    return [name for name in table.features if f"{what}.{name}" in learned]


def pieces(column: Array) -> Iterator[tuple[slice, Array]]:
    """A column in float64, some rows at a time: images as bytes would not fit eight times over."""
    import numpy

    for start in range(0, len(column), 4096):
        rows = slice(start, start + 4096)
        yield rows, numpy.asarray(column[rows], dtype=numpy.float64)
