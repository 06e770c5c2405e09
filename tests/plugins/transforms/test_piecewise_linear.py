"""piecewise-linear."""

import numpy
from caviar.plugin import Table
from caviar.testing import TransformContract
from caviar_plugins import PiecewiseLinear

RANDOM = numpy.random.default_rng(0)


def parts(column: object, new: object | None = None, bins: int = 8) -> numpy.ndarray:
    transform, table = PiecewiseLinear(bins=bins), Table({"a": numpy.asarray(column)}, ())
    rows = table if new is None else Table({"a": numpy.asarray(new)}, ())
    return numpy.asarray(transform.apply(rows, transform.fit(table)).columns["a"])


class TestPiecewiseLinear(TransformContract):
    transform = PiecewiseLinear(bins=8)

    def test_the_sum_of_the_values_is_numpys_interpolation_between_the_quantiles(self) -> None:
        column = RANDOM.exponential(size=500)
        edges = numpy.quantile(column, numpy.linspace(0, 1, 9))
        found = parts(column)
        assert found.dtype == numpy.float32
        numpy.testing.assert_allclose(found.sum(axis=1), numpy.interp(column, edges, numpy.arange(9)), atol=1e-5)

    def test_a_bin_is_full_before_the_next_begins(self) -> None:
        found = parts(RANDOM.normal(size=500))
        assert ((found[:, 1:] > 0) <= (found[:, :-1] >= 1)).all()

    def test_the_outer_bins_go_on_beyond_the_training_rows(self) -> None:
        found = parts(numpy.arange(81.0), [-10.0, 90.0])
        numpy.testing.assert_allclose(found[0], [-1, 0, 0, 0, 0, 0, 0, 0], atol=1e-6)
        numpy.testing.assert_allclose(found[1], [1, 1, 1, 1, 1, 1, 1, 2], atol=1e-6)

    def test_equal_quantiles_are_one_edge(self) -> None:
        found = parts(numpy.repeat([0.0, 1.0, 4.0], [90, 5, 5]))
        numpy.testing.assert_allclose(numpy.unique(found[:, 1:]), 0)
        numpy.testing.assert_allclose(found[[0, 90, 99], 0], [0, 0.25, 1])

    def test_a_constant_column_and_one_without_values_become_zeros(self) -> None:
        for value in (3.0, numpy.nan):
            assert not parts(numpy.full(50, value)).any()
