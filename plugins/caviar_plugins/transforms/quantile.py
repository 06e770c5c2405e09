"""quantile: every column of numbers becomes its rank among the training rows, as a normal draw of that rank."""

from __future__ import annotations

from caviar.plugin import Array, Operation, Table, Transform, setting

from caviar_plugins.transforms.numeric import numeric, pieces


class Quantile(Transform, interface=2):
    """Interpolates between `knots` quantiles of the training rows, the k-th of which becomes P^-1((k + 1/2) / knots).

    P is the normal distribution. Any distribution becomes a normal one, and distances between values are lost: an
    alternative to `standardize` for columns with long tails. Values outside of the training range become the outermost
    scores. Missing values stay missing; flags stay 0 and 1; in a block, each column by itself. scikit-learn's
    QuantileTransformer with output_distribution = "normal", apart from its ends, which it sets at -5.2 and 5.2.
    """

    knots: int = setting(default=1000, ge=2, also=("n_quantiles",))

    def fit(self, table: Table) -> dict[str, Array]:
        return {f"knots.{name}": self._knots(table.columns[name]) for name in numeric(table)}

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        import numpy

        columns = dict(table.columns)
        for name in table.features:
            if (knots := learned.get(f"knots.{name}")) is not None:
                columns[name] = numpy.empty(table.columns[name].shape, dtype=numpy.float32)
                for rows, values in pieces(table.columns[name]):
                    columns[name][rows] = normal_scores(values, knots)
        return table.with_columns(columns)

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        return tuple(
            Operation("normal-scores", {"knots": knots}, name.removeprefix("knots.")) for name, knots in learned.items()
        )

    def _knots(self, column: Array) -> Array:
        """(knots, \\*shape): quantiles at the middles of equal shares; zeros for a column without any value."""
        import numpy

        flat = column.reshape(len(column), -1)
        count = min(self.knots, max(2, len(column)))
        found, shares = numpy.zeros((count, flat.shape[1])), (numpy.arange(count) + 0.5) / count
        for place in range(flat.shape[1]):
            values = flat[:, place].astype(numpy.float64)
            values = values[~numpy.isnan(values)]
            if len(values):
                found[:, place] = numpy.maximum.accumulate(numpy.quantile(values, shares, method="hazen"))
        return found.reshape(count, *column.shape[1:])


def normal_scores(values: Array, knots: Array) -> Array:
    """The scores of (rows, \\*shape); a value that several knots share gets the middle of their scores."""
    import numpy

    flat, known = values.reshape(len(values), -1), knots.reshape(len(knots), -1)
    scores = _scores(len(known))
    found = numpy.empty_like(flat)
    for place in range(flat.shape[1]):
        column, at = flat[:, place], known[:, place]
        below, above = numpy.interp(column, at, scores), -numpy.interp(-column, -at[::-1], scores)
        found[:, place] = (below + above) / 2
    return found.reshape(values.shape)


def _scores(count: int) -> Array:
    """What the knots become: the normal distribution's values at the middles of as many equal shares."""
    from statistics import NormalDist

    import numpy

    return numpy.asarray([NormalDist().inv_cdf((place + 0.5) / count) for place in range(count)])
