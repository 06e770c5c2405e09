"""min-max."""

import numpy
import pytest
from caviar.plugin import Table
from caviar.testing import TransformContract
from caviar_plugins import MinMax
from sklearn.preprocessing import MinMaxScaler


class TestMinMax(TransformContract):
    transform = MinMax()

    @pytest.mark.parametrize("name", ["gaps", "count", "pixels", "constant"])
    def test_a_column_comes_out_as_scikit_learns_scaler_gives_it(self, name: str) -> None:
        column = self.table.columns[name]
        changed = self.transform.apply(self.table, self.transform.fit(self.table)).columns[name]
        expected = MinMaxScaler().fit_transform(column.reshape(len(column), -1).astype(float))
        assert changed.dtype == numpy.float32
        numpy.testing.assert_allclose(changed, expected.reshape(column.shape), rtol=1e-6, atol=1e-7)

    def test_new_rows_may_fall_outside(self) -> None:
        learned = self.transform.fit(Table({"a": numpy.asarray([0.0, 2.0])}, ()))
        new = self.transform.apply(Table({"a": numpy.asarray([5.0])}, ()), learned)
        assert new.columns["a"].tolist() == [2.5]
