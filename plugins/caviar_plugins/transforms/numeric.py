"""What the transforms of numbers share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caviar.plugin import Array, Operation, Table


def numeric(table: Table) -> list[str]:
    """The feature columns that hold numbers.

    Flags do not count: a rare one would be scaled out of proportion. Nor do codes of categories.
    """
    return [name for name in table.features if table.columns[name].dtype.kind in "iuf" and name not in table.levels]


def scaled(table: Table, learned: Mapping[str, Array], center: str, width: str) -> Table:
    """(value - center) / width in float32 for every column of which these were learned.

    In new rows one of them may hold flags, for lack of values.
    """
    import numpy

    columns = dict(table.columns)
    for name in table.features:
        if f"{center}.{name}" in learned:
            columns[name] = numpy.empty(table.columns[name].shape, dtype=numpy.float32)
            for rows, values in pieces(table.columns[name]):
                columns[name][rows] = (values - learned[f"{center}.{name}"]) / learned[f"{width}.{name}"]
    return table.with_columns(columns)


def scales(learned: Mapping[str, Array], center: str, width: str) -> tuple[Operation, ...]:
    """What `scaled` does, described for exporters."""
    names = [key.removeprefix(f"{center}.") for key in learned if key.startswith(f"{center}.")]
    return tuple(
        Operation("scale", {"center": learned[f"{center}.{name}"], "width": learned[f"{width}.{name}"]}, name)
        for name in names
    )


def pieces(column: Array) -> Iterator[tuple[slice, Array]]:
    """A column in float64, some rows at a time: images as bytes would not fit eight times over."""
    import numpy

    for start in range(0, len(column), 4096):
        rows = slice(start, start + 4096)
        yield rows, numpy.asarray(column[rows], dtype=numpy.float64)
