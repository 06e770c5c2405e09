"""standardize."""

import numpy
import pytest
from caviar.plugin import Table
from caviar.testing import TransformContract
from caviar_plugins import Standardize
from sklearn.preprocessing import StandardScaler


class TestStandardize(TransformContract):
    transform = Standardize()

    @pytest.mark.parametrize("name", ["gaps", "count", "pixels", "constant"])
    def test_a_column_comes_out_as_scikit_learns_scaler_gives_it(self, name: str) -> None:
        column = self.table.columns[name]
        changed = self.transform.apply(self.table, self.transform.fit(self.table)).columns[name]
        expected = StandardScaler().fit_transform(column.reshape(len(column), -1).astype(float))
        assert changed.dtype == numpy.float32
        numpy.testing.assert_allclose(changed, expected.reshape(column.shape), rtol=1e-6, atol=1e-7)

    def test_words_stay_as_they_are(self) -> None:
        changed = self.transform.apply(self.table, self.transform.fit(self.table))
        assert changed.columns["word"] is self.table.columns["word"]

    def test_new_rows_are_measured_by_the_training_rows(self) -> None:
        train = Table({"a": numpy.array([0.0, 2.0])}, ())
        new = self.transform.apply(Table({"a": numpy.array([5.0])}, ()), self.transform.fit(train))
        assert new.columns["a"].tolist() == [4.0]

    def test_a_column_without_any_value_stays_missing(self) -> None:
        table = Table({"a": numpy.full(5, numpy.nan)}, ())
        assert numpy.isnan(self.transform.apply(table, self.transform.fit(table)).columns["a"]).all()

    def test_many_rows_give_the_same_as_numpy_over_all_of_them(self) -> None:
        column = numpy.random.default_rng(0).normal(1e6, 1.0, (20_000, 2))
        learned = self.transform.fit(Table({"a": column}, ()))
        numpy.testing.assert_allclose(learned["mean.a"], column.mean(axis=0), rtol=1e-13)
        numpy.testing.assert_allclose(learned["deviation.a"], column.std(axis=0), rtol=1e-9)

    def test_flags_stay_zero_and_one(self) -> None:
        table = Table({"a": numpy.asarray([True, False])}, ())
        assert self.transform.apply(table, self.transform.fit(table)).columns["a"].tolist() == [True, False]

    def test_a_number_of_training_that_comes_as_a_flag_is_scaled_all_the_same(self) -> None:
        learned = self.transform.fit(Table({"a": numpy.asarray([1.0, 0.0, numpy.nan])}, ()))
        new = self.transform.apply(Table({"a": numpy.asarray([True])}, ()), learned)
        assert new.columns["a"].tolist() == [1.0]
