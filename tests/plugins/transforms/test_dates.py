"""dates: the parts that pandas gives."""

from typing import ClassVar

import numpy
import pandas
from caviar.plugin import ColumnHead, Head, Table
from caviar.testing import TransformContract
from caviar_plugins import Dates

MOMENTS = ["2023-01-05T10:30", "NaT", "1969-12-31T23:59", "2024-02-29T00:00"]


def parts(moments: list[str]) -> dict[str, list[float]]:
    table = Table({"when": numpy.asarray(moments, dtype="datetime64[s]"), "a": numpy.arange(len(moments))}, ())
    changed = Dates().apply(table, Dates().fit(table)).columns
    return {name: column.tolist() for name, column in changed.items()}


class TestDates(TransformContract):
    transform: ClassVar[Dates] = Dates()


def test_the_parts_are_those_of_pandas() -> None:
    found, truth = parts(MOMENTS), pandas.Series(pandas.to_datetime(MOMENTS)).dt
    assert list(found) == ["when.year", "when.month", "when.weekday", "when.hour", "when.days", "a"]
    for part, name in {"year": "year", "month": "month", "weekday": "day_of_week", "hour": "hour"}.items():
        numpy.testing.assert_array_equal(found[f"when.{part}"], getattr(truth, name).to_numpy(float))
    since = pandas.Timestamp(MOMENTS[0]) - pandas.Timestamp(MOMENTS[2])
    assert found["when.days"][0] == since.total_seconds() / 86_400


def test_dates_without_a_time_have_no_hour() -> None:
    assert list(parts(["2023-01-05", "2023-01-07"])) == ["when.year", "when.month", "when.weekday", "when.days", "a"]


def test_the_columns_are_foreseen() -> None:
    for whole, count in ((True, 4), (False, 5)):
        head = Head((ColumnHead("when", "dates", whole=whole, missing=True),), (), 3)
        found = Dates().foresee(head).features
        assert [each.kind for each in found] == ["numbers"] * count
        assert all(each.missing for each in found)
