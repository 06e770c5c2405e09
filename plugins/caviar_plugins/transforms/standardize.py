"""standardize: every column of numbers with mean 0 and standard deviation 1 over the training rows."""

from __future__ import annotations

from caviar.plugin import Array, Operation, Table, Transform

from caviar_plugins.transforms.numeric import numeric, pieces, scaled, scales


class Standardize(Transform, interface=2):
    """(value - mean) / deviation, column by column; in a block, each of its columns by itself.

    The deviation is the biased one (divided by n), as in scikit-learn. Missing values do not count and stay missing; a
    constant column is only centered; flags stay 0 and 1. Statistics are float64, what comes out float32.
    """

    def fit(self, table: Table) -> dict[str, Array]:
        learned: dict[str, Array] = {}
        for name in numeric(table):
            learned[f"mean.{name}"], learned[f"deviation.{name}"] = _moments(table.columns[name])
        return learned

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        return scaled(table, learned, "mean", "deviation")

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        return scales(learned, "mean", "deviation")


def _moments(column: Array) -> tuple[Array, Array]:
    import numpy

    count = sum((~numpy.isnan(values)).sum(axis=0) for _, values in pieces(column))
    count = numpy.maximum(count, 1)
    mean = sum(numpy.nansum(values, axis=0) for _, values in pieces(column)) / count
    variance = sum(numpy.nansum((values - mean) ** 2, axis=0) for _, values in pieces(column)) / count
    deviation = numpy.sqrt(variance)
    # The mean of equal values may miss them by a rounding error, which must not be blown up to 1.
    constant = deviation <= len(column) * numpy.finfo(numpy.float64).eps * numpy.abs(mean)
    return numpy.asarray(mean), numpy.where(constant, 1.0, deviation)
