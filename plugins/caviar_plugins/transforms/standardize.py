"""standardize: every numeric column with mean 0 and standard deviation 1 over the training rows."""

from __future__ import annotations

from collections.abc import Iterator

from caviar import Array, Table, Transform


class Standardize(Transform):
    """(value - mean) / deviation, column by column; in a block, each of its columns by itself.

    The deviation is the biased one (divided by n), as in scikit-learn. Missing values do not count and stay missing; a
    constant column is only centered. Statistics are float64, the columns that come out float32.
    """

    def fit(self, table: Table) -> dict[str, Array]:
        learned: dict[str, Array] = {}
        for name in _numeric(table):
            learned[f"mean.{name}"], learned[f"deviation.{name}"] = _moments(table.columns[name])
        return learned

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        import numpy

        columns = dict(table.columns)
        for name in _numeric(table):
            columns[name] = numpy.empty(table.columns[name].shape, dtype=numpy.float32)
            for rows, values in _pieces(table.columns[name]):
                columns[name][rows] = (values - learned[f"mean.{name}"]) / learned[f"deviation.{name}"]
        return table.with_columns(columns)


def _numeric(table: Table) -> list[str]:
    return [name for name in table.features if table.columns[name].dtype.kind in "biuf"]


def _moments(column: Array) -> tuple[Array, Array]:
    import numpy

    count = sum((~numpy.isnan(values)).sum(axis=0) for _, values in _pieces(column))
    count = numpy.maximum(count, 1)
    mean = sum(numpy.nansum(values, axis=0) for _, values in _pieces(column)) / count
    variance = sum(numpy.nansum((values - mean) ** 2, axis=0) for _, values in _pieces(column)) / count
    deviation = numpy.sqrt(variance)
    # The mean of equal values may miss them by a rounding error, which must not be blown up to 1.
    constant = deviation <= len(column) * numpy.finfo(numpy.float64).eps * numpy.abs(mean)
    return numpy.asarray(mean), numpy.where(constant, 1.0, deviation)


def _pieces(column: Array) -> Iterator[tuple[slice, Array]]:
    """A column in float64, some rows at a time: images as bytes would not fit eight times over."""
    import numpy

    for start in range(0, len(column), 4096):
        rows = slice(start, start + 4096)
        yield rows, numpy.asarray(column[rows], dtype=numpy.float64)
