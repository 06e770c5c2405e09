"""impute."""

import numpy
from caviar.plugin import Table
from caviar.testing import TransformContract
from caviar_plugins import Impute
from sklearn.impute import SimpleImputer


def filled(transform: Impute, train: list[float], new: list[float]) -> list[float]:
    learned = transform.fit(Table({"a": numpy.asarray(train)}, ()))
    values: list[float] = transform.apply(Table({"a": numpy.asarray(new)}, ()), learned).columns["a"].tolist()
    return values


class TestImpute(TransformContract):
    transform = Impute()

    def test_gaps_are_filled_as_scikit_learn_fills_them(self) -> None:
        column = self.table.columns["gaps"]
        changed = self.transform.apply(self.table, self.transform.fit(self.table)).columns["gaps"]
        assert changed.tolist() == SimpleImputer(strategy="median").fit_transform(column[:, None])[:, 0].tolist()

    def test_a_block_is_filled_column_by_column(self) -> None:
        table = Table({"a": numpy.asarray([[1.0, numpy.nan], [3.0, 8.0]])}, ())
        changed = self.transform.apply(table, self.transform.fit(table)).columns["a"]
        assert changed.tolist() == [[1.0, 8.0], [3.0, 8.0]]

    def test_new_rows_may_lack_what_no_training_row_lacked(self) -> None:
        assert filled(Impute(), [1, 2, 9], [numpy.nan]) == [2.0]

    def test_the_mean_may_be_taken_instead(self) -> None:
        assert filled(Impute(by="mean"), [1, 2, 9], [numpy.nan]) == [4.0]

    def test_a_column_without_any_value_is_zero(self) -> None:
        assert filled(Impute(), [numpy.nan, numpy.nan], [numpy.nan]) == [0.0]

    def test_words_stay_missing(self) -> None:
        changed = self.transform.apply(self.table, self.transform.fit(self.table))
        assert changed.columns["word"] is self.table.columns["word"]
