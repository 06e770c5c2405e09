"""thermometer."""

import numpy
import pytest
from caviar.plugin import ColumnHead, Head, Table
from caviar.testing import TransformContract
from caviar.testing.transform import mixed_table
from caviar_plugins import Thermometer
from sklearn.preprocessing import KBinsDiscretizer, OrdinalEncoder

RANDOM = numpy.random.default_rng(0)


class TestThermometer(TransformContract):
    transform = Thermometer()
    table = mixed_table(1200)

    def test_the_contract_has_something_to_check(self) -> None:
        assert list(self.transform.fit(self.table)) == ["edges.paid", "edges.owed"]


def steps(column: object, new: object | None = None, most: int = 256) -> numpy.ndarray:
    transform, table = Thermometer(most=most), Table({"a": numpy.asarray(column)}, ())
    rows = table if new is None else Table({"a": numpy.asarray(new)}, ())
    return numpy.asarray(transform.apply(rows, transform.fit(table)).columns["a.steps"])


def test_as_many_flags_are_set_as_scikit_learns_code_of_the_value_says() -> None:
    column = RANDOM.choice([0.0, 0.0, 0.0, 0.0, 1.5, 2.0, 99999.0], 500)
    expected = OrdinalEncoder().fit_transform(column[:, None])[:, 0]
    assert steps(column).shape == (500, 3)
    numpy.testing.assert_array_equal(steps(column).sum(axis=1), expected)


def test_the_flags_that_are_set_are_the_first_ones() -> None:
    found = steps(numpy.maximum(RANDOM.integers(-12, 9, 500), 0))
    assert (found[:, :-1] >= found[:, 1:]).all()


def test_new_values_are_put_beside_the_nearest_known_one() -> None:
    known = numpy.repeat([0.0, 10.0, 20.0], [60, 20, 20])
    bins = KBinsDiscretizer(3, encode="ordinal", strategy="uniform")
    bins.fit(known[:, None])
    bins.bin_edges_[0] = numpy.asarray([0.0, 5.0, 15.0, 20.0])
    new = numpy.asarray([-3.0, 4.9, 5.1, 14.0, 16.0, 1e9])
    numpy.testing.assert_array_equal(steps(known, new).sum(axis=1), bins.transform(new[:, None])[:, 0])


def test_a_missing_value_sets_no_flag() -> None:
    assert not steps(numpy.repeat([0.0, 1.0, 2.0, numpy.nan], [60, 20, 20, 20]), [numpy.nan]).any()


@pytest.mark.parametrize(
    ("column", "most"),
    [
        (RANDOM.normal(size=1000), 256),  # as many values as rows
        (numpy.maximum(numpy.arange(40) % 8 - 5, 0), 256),  # fewer than 16 rows for each value
        (numpy.arange(1000) % 2, 256),
        (numpy.maximum(numpy.arange(1000) % 20 - 11, 0), 8),  # more than 8 values
        (numpy.arange(1000) % 3, 256),  # no value in half of the rows
        (numpy.full(1000, numpy.nan), 256),
    ],
)
def test_a_column_without_few_values_that_are_frequent_gets_none(column: numpy.ndarray, most: int) -> None:
    assert not Thermometer(most=most).fit(Table({"a": column}, ()))


def test_a_column_of_the_same_name_is_not_replaced() -> None:
    values = numpy.maximum(numpy.arange(100) % 6 - 3, 0)
    assert list(Thermometer().fit(Table({"a": values}, ())))
    assert list(Thermometer().fit(Table({"a": values, "a.steps": RANDOM.normal(size=100)}, ()))) == []


def test_a_head_that_did_not_count_values_foresees_no_flags() -> None:
    head = Head((ColumnHead("a", "numbers"),), (), 1000)
    assert Thermometer().foresee(head) == head
