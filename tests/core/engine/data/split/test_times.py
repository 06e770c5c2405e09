"""Parts by time: what is learned from is earlier than what is validated on, and that earlier than the test part."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy
import pytest
from caviar.config.checks.data_errors import Unfit
from caviar.plugin import Array
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from tests.core.engine.data.split.laws import parts, parts_follow_in_time, rows_are_in_one_part_each, splits, words

DAY = numpy.datetime64("2021-03-01", "s")


def days(places: Any) -> Array:
    return DAY + numpy.asarray(places) * numpy.timedelta64(86400, "s")


@settings(max_examples=60, deadline=None)
@given(
    times=st.lists(st.integers(0, 40), min_size=30, max_size=120).filter(lambda each: len(set(each)) >= 3),
    test=st.sampled_from([0.0, 0.1, 0.3]),
    dates=st.booleans(),
)
def test_parts_follow_each_other_in_time_and_equal_times_stay_together(
    times: list[int], test: float, dates: bool
) -> None:
    column = days(times) if dates else numpy.asarray(times)
    (split,) = splits({"t": column}, numpy.arange(len(times)) * 0.5, time="t", test=test)
    rows_are_in_one_part_each(split, len(times))
    parts_follow_in_time(split, column)
    most = max(numpy.bincount(times))
    for part, share in zip(parts(split), (0.8 - test, 0.2, test), strict=True):
        assert abs(len(part) - share * len(times)) <= 2 * most


@pytest.mark.parametrize(("rows", "test"), [(100, 0.0), (100, 0.25), (37, 0.3)])
def test_different_times_give_the_shares_to_the_row(rows: int, test: float) -> None:
    times = numpy.random.default_rng(0).permutation(rows)
    (split,) = splits({"t": times}, numpy.arange(rows) * 0.5, time="t", test=test)
    assert len(split.validation) == round(rows * 0.2)
    assert len(split.test) == round(rows * test)


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(20, 200), folds=st.integers(2, 8), seed=st.integers(0, 9))
def test_folds_are_the_expanding_windows_of_scikit_learn_the_latest_first(rows: int, folds: int, seed: int) -> None:
    times = numpy.random.default_rng(seed).permutation(rows) * 1.5
    found = splits({"t": times}, numpy.arange(rows) * 0.5, time="t", folds=folds)
    order = numpy.argsort(times)
    expected = [(sorted(order[a]), sorted(order[b])) for a, b in TimeSeriesSplit(folds).split(order)]
    assert [(split.train.tolist(), split.validation.tolist()) for split in reversed(found)] == expected


@settings(max_examples=40, deadline=None)
@given(
    times=st.lists(st.integers(0, 30), min_size=40, max_size=90).filter(lambda each: len(set(each)) >= 6),
    folds=st.integers(2, 4),
    test=st.sampled_from([0.0, 0.2]),
)
def test_folds_over_equal_times_keep_their_order_too(times: list[int], folds: int, test: float) -> None:
    column = numpy.asarray(times)
    found = splits({"t": column}, numpy.arange(len(times)) * 0.5, time="t", folds=folds, test=test)
    assert len(found) == folds
    for split in found:
        parts_follow_in_time(split, column)
        assert split.test.tolist() == found[0].test.tolist()
    for later, earlier in pairwise(found):
        assert later.train.tolist() == sorted([*earlier.train.tolist(), *earlier.validation.tolist()])


def test_the_laws_refuse_a_random_split() -> None:
    times = numpy.arange(60)
    (split,) = splits({"t": times}, numpy.arange(60) * 0.5)
    with pytest.raises(AssertionError):
        parts_follow_in_time(split, times)


@pytest.mark.parametrize(
    ("times", "fields", "message"),
    [
        ([1] * 40, {}, "column 't' has 1 different value, too few for a training and a validation part, which need 2"),
        (
            [1, 2] * 20,
            {"test": 0.2},
            "column 't' has 2 different values, too few for a training, a validation and a test part, which need 3",
        ),
        ([1, 2, 3] * 20, {"folds": 3}, "column 't' has 3 different values, too few for 3 folds, which need 4"),
        (["a", "b"] * 20, {}, "column 't' holds words, which have no order in time; .*columns.t = "),
        ([True, False] * 20, {}, "column 't' holds flags, which have no order in time; name a column of dates"),
    ],
)
def test_a_column_that_cannot_order_rows_is_refused(times: list[Any], fields: dict[str, Any], message: str) -> None:
    column = words(times) if isinstance(times[0], str) else numpy.asarray(times)
    with pytest.raises(Unfit, match=f"^data.time: {message}"):
        splits({"t": column}, numpy.arange(len(times)) * 0.5, time="t", **fields)


def test_rows_that_the_data_sets_aside_are_later_than_all_others() -> None:
    times, y = days(range(60)), numpy.arange(60) * 0.5
    (split,) = splits({"t": times}, y, numpy.arange(60) >= 50, time="t")
    parts_follow_in_time(split, times)
    early = numpy.arange(60) % 20 == 7
    with pytest.raises(Unfit, match=r"3 rows of .* such as one of 2021-03-08.*, are not later than all others"):
        splits({"t": times}, y, early, time="t")
