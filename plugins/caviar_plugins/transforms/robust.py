"""robust: every column of numbers around its median, in units of its quartiles, with far values pulled in smoothly."""

from __future__ import annotations

from caviar.plugin import Array, Operation, Table, Transform, setting

from caviar_plugins.transforms.numeric import numeric, pieces, scales


class Robust(Transform, interface=2):
    """x = (value - median) / (upper quartile - lower quartile), then x / sqrt(1 + (x / clip)^2).

    Few extreme values change neither scale nor center, and none becomes larger than `clip`; 0 clips nothing. Where the
    quartiles are equal, half the range between smallest and largest value takes their place; a constant column becomes
    0. In a block, each column by itself. Missing values do not count and stay missing; flags stay 0 and 1. Statistics
    are float64, what comes out is float32.
    Source: Holzmüller, Grinsztajn & Steinwart 2024, arXiv:2407.04491, equations 1 and 2, where clip is 3.
    """

    clip: float = setting(default=3.0, ge=0, also=("smooth_clip", "max_abs"))

    def fit(self, table: Table) -> dict[str, Array]:
        learned: dict[str, Array] = {}
        for name in numeric(table):
            learned[f"median.{name}"], learned[f"width.{name}"] = _quartiles(table.columns[name])
        return learned

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        import numpy

        columns = dict(table.columns)
        for name in table.features:
            if f"median.{name}" in learned:
                columns[name] = numpy.empty(table.columns[name].shape, dtype=numpy.float32)
                for rows, values in pieces(table.columns[name]):
                    scaled = (values - learned[f"median.{name}"]) / learned[f"width.{name}"]
                    columns[name][rows] = clipped(scaled, self.clip) if self.clip else scaled
        return table.with_columns(columns)

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        if not self.clip:
            return scales(learned, "median", "width")
        return tuple(
            Operation("smooth-clip", {**each.constants, "limit": self.clip}, each.column)
            for each in scales(learned, "median", "width")
        )


def clipped(values: Array, limit: float) -> Array:
    """values / sqrt(1 + (values / limit)^2), which is near the identity around 0 and stays below the limit."""
    import numpy

    pulled: Array = values / numpy.hypot(1.0, values / limit)  # hypot: squares of huge values would overflow
    return pulled


def _quartiles(column: Array) -> tuple[Array, Array]:
    """The median and the width, for each column of a block; one that is never 0."""
    import numpy

    shape = column.shape[1:]
    flat = column.reshape(len(column), -1)
    median, width = numpy.zeros(flat.shape[1]), numpy.ones(flat.shape[1])
    for place in range(flat.shape[1]):
        values = flat[:, place].astype(numpy.float64)
        values = values[~numpy.isnan(values)]
        if not len(values):
            continue
        low, lower, median[place], upper, high = numpy.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0))
        width[place] = next((each for each in (upper - lower, (high - low) / 2) if each > 0), 1.0)
    return median.reshape(shape), width.reshape(shape)
