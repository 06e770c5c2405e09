"""piecewise-linear: a number becomes several, each of which rises from 0 to 1 within one bin of the training rows."""

from __future__ import annotations

from dataclasses import replace

from caviar.plugin import Array, ColumnHead, Head, Operation, Table, Transform, setting

from caviar_plugins.transforms.numeric import numeric


class PiecewiseLinear(Transform, interface=2):
    """A column becomes a block of `bins` values, one for each bin [l, u] between quantiles of the training rows.

    A value is (x - l) / (u - l), limited to 0 and 1, but not below in the first bin nor above in the last. A linear
    layer makes a piecewise linear function of these. Equal quantiles are one edge; the values of bins that are not
    needed then are 0, all those of a constant column too. A missing value is missing in all bins that are needed.
    Blocks, flags and codes stay as they are; statistics are float64, what comes out is float32.
    Source: PLE of Gorishniy, Rubachev & Babenko 2022, arXiv:2203.05556, equation 1 and section 3.2.1.
    """

    bins: int = setting(default=32, ge=1, also=("n_bins", "num_emb_n_bins"))

    def fit(self, table: Table) -> dict[str, Array]:
        single = [name for name in numeric(table) if table.columns[name].ndim == 1]
        return {f"edges.{name}": self._edges(table.columns[name]) for name in single}

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        columns = dict(table.columns)
        for name in table.features:
            if (edges := learned.get(f"edges.{name}")) is not None:
                columns[name] = parts(table.columns[name], edges)
        return table.with_columns(columns)

    def foresee(self, head: Head) -> Head:
        return head.with_features(tuple(self._foreseen(each) for each in head.features))

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        return tuple(
            Operation("piecewise-linear", {"edges": edges}, name.removeprefix("edges."))
            for name, edges in learned.items()
        )

    def _foreseen(self, column: ColumnHead) -> ColumnHead:
        single = column.kind == "numbers" and not column.shape and not column.levels
        return replace(column, shape=(self.bins,)) if single else column

    def _edges(self, column: Array) -> Array:
        """(bins + 1,): rising, and infinite behind the last bin that is needed."""
        import numpy

        values = column.astype(numpy.float64)
        values = values[numpy.isfinite(values)]
        shares = numpy.linspace(0.0, 1.0, self.bins + 1)
        known = numpy.unique(numpy.quantile(values, shares)) if len(values) else values
        edges = numpy.full(self.bins + 1, numpy.inf)
        edges[: len(known)] = known
        return edges


def parts(column: Array, edges: Array) -> Array:
    """The values of a column (rows,) in the bins: (rows, bins)."""
    import numpy

    found = numpy.zeros((len(column), len(edges) - 1), dtype=numpy.float32)
    needed = int(numpy.isfinite(edges).sum()) - 1
    x = column.astype(numpy.float64)
    for place in range(needed):
        low, high = edges[place], edges[place + 1]
        share = (x - low) / (high - low)
        least, most = -numpy.inf if place == 0 else 0.0, numpy.inf if place == needed - 1 else 1.0
        found[:, place] = numpy.clip(share, least, most)
    return found
