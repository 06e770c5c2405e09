"""robust."""

import numpy
import pytest
from caviar.plugin import Table
from caviar.testing import TransformContract
from caviar_plugins import Robust
from sklearn.preprocessing import RobustScaler


def changed(column: object, clip: float = 3.0) -> numpy.ndarray:
    transform, table = Robust(clip), Table({"a": numpy.asarray(column)}, ())
    return numpy.asarray(transform.apply(table, transform.fit(table)).columns["a"])


class TestRobust(TransformContract):
    transform = Robust()

    @pytest.mark.parametrize("name", ["gaps", "count", "pixels"])
    def test_without_clipping_a_column_comes_out_as_scikit_learns_scaler_gives_it(self, name: str) -> None:
        column = self.table.columns[name]
        expected = RobustScaler().fit_transform(column.reshape(len(column), -1).astype(float))
        assert changed(column, 0).dtype == numpy.float32
        numpy.testing.assert_allclose(changed(column, 0), expected.reshape(column.shape), rtol=1e-6, atol=1e-7)

    def test_values_are_clipped_smoothly_as_in_the_paper(self) -> None:
        column = numpy.random.default_rng(0).normal(size=1000) ** 3
        x = RobustScaler().fit_transform(column[:, None])[:, 0]
        numpy.testing.assert_allclose(changed(column), x / numpy.sqrt(1 + (x / 3) ** 2), rtol=1e-5, atol=1e-7)

    def test_an_extreme_value_stays_below_the_limit_and_does_not_move_the_others(self) -> None:
        column = numpy.arange(101.0)
        far = numpy.append(column[:-1], 1e300)
        assert changed(far)[-1] == 3.0
        numpy.testing.assert_array_equal(changed(far)[:-1], changed(column)[:-1])

    def test_equal_quartiles_are_replaced_by_half_the_range(self) -> None:
        column = numpy.asarray([0.0] * 98 + [-1.0, 3.0])
        assert changed(column, 0)[-2:].tolist() == [-0.5, 1.5]


class TestRobustWithoutClipping(TransformContract):
    transform = Robust(clip=0.0)
