"""min-max: every column of numbers between 0 and 1 over the training rows."""

from __future__ import annotations

from caviar.plugin import Array, Operation, Table, Transform

from caviar_plugins.transforms.numeric import numeric, pieces, scaled, scales


class MinMax(Transform, interface=2):
    """(value - low) / (high - low), column by column; in a block, each of its columns by itself.

    New rows may fall outside. Missing values stay missing, flags stay 0 and 1, a constant column becomes 0.
    """

    def fit(self, table: Table) -> dict[str, Array]:
        learned: dict[str, Array] = {}
        for name in numeric(table):
            learned[f"low.{name}"], learned[f"width.{name}"] = _range(table.columns[name])
        return learned

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        return scaled(table, learned, "low", "width")

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        return scales(learned, "low", "width")


def _range(column: Array) -> tuple[Array, Array]:
    import numpy

    low, high = numpy.full(column.shape[1:], numpy.inf), numpy.full(column.shape[1:], -numpy.inf)
    for _, values in pieces(column):
        low = numpy.fmin(low, numpy.fmin.reduce(values, axis=0))
        high = numpy.fmax(high, numpy.fmax.reduce(values, axis=0))
    seen = high >= low
    low, width = numpy.where(seen, low, 0.0), numpy.where(seen, high - low, 0.0)
    return low, numpy.where(width == 0, 1.0, width)
