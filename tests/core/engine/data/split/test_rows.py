"""Columns that split rows: found, complete, told, and no features unless asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
from caviar.config.checks.data_errors import Unfit
from caviar.engine.data.prepare import prepare, read_and_split
from caviar.engine.data.split.rows import Division
from caviar.plugin import Random, Table

from tests.core.engine.data.split.laws import Given, words

ROWS = numpy.arange(60)
GROUPS = words([f"g{row // 3}" for row in ROWS])


def table(**columns: Any) -> Table:
    return Table({"g": GROUPS, "x": ROWS * 0.5, "block": numpy.zeros((60, 2)), "y": ROWS * 1.5} | columns, ("y",))


def split_by(rows: Table, fields: dict[str, Any]) -> Division:
    return read_and_split(Given(table=rows, **fields), Random(1))[-1]


@pytest.mark.parametrize("way", ["group", "time", "part"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("G", "there is no column 'G'; did you mean 'g'"),
        ("quarter", "there is no column 'quarter'; there are 'g', 'x', 'block', 'y'"),
        ("y", "'y' is the target; name another column"),
        ("block", "'block' holds several numbers in each row; name a column of single ones"),
    ],
)
def test_a_column_that_cannot_split_rows_is_refused(way: str, name: str, message: str) -> None:
    with pytest.raises(Unfit, match=f"^data.{way}: {message}"):
        split_by(table(), {way: name})


@pytest.mark.parametrize(("way", "empty"), [("group", None), ("part", None), ("group", numpy.nan), ("time", "NaT")])
def test_rows_without_a_value_are_counted_and_the_first_is_named(way: str, empty: Any) -> None:
    kinds = {None: words(["train"] * 60), "NaT": numpy.full(60, "2020-01-01", dtype="datetime64[s]")}
    column = kinds.get(empty, ROWS * 1.0)
    column[[7, 20]] = empty
    with pytest.raises(Unfit, match=f"^data.{way}: column 'c' has no value in 2 rows, the first in row 8 of the data"):
        split_by(table(c=column), {way: "c"})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, []),
        (
            {"group": "g", "test": 0.2},
            ["rows with the same 'g' are in the same part; groups: 12 training, 4 validation, 4 test"],
        ),
        (
            {"time": "x", "test": 0.1},
            ["rows are in order of 'x': training 0.0 to 20.5, validation 21.0 to 26.5, test 27.0 to 29.5"],
        ),
        ({"group": "g", "folds": 4}, ["rows with the same 'g' are in the same part; groups: 15 training, 5 validation "
                                      "(the first of 4 folds)"]),
        (
            {"part": "p"},
            ["the column 'p' says which rows are in which part: 40 training, 20 validation"],
        ),
    ],
)  # fmt: skip
def test_one_line_says_how_rows_are_split(fields: dict[str, Any], told: list[str]) -> None:
    assert list(split_by(table(p=words(["train", "valid", "train"] * 20)), fields).told) == told


def test_a_run_tells_that_line_below_what_the_reader_tells() -> None:
    whole = replace(table(block=ROWS, g=ROWS // 3), notes=("read",))
    notes = prepare(Given(table=whole, time="x"), [], "float32", Random(1))[1][0].notes
    assert notes == ("read", "rows are in order of 'x': training 0.0 to 23.5, validation 24.0 to 29.5")


def test_a_class_that_is_not_learned_is_reported() -> None:
    late = words(["early" if row < 50 else "late" for row in ROWS])
    told = split_by(table(y=late), {"time": "x"}).told
    assert told[1:] == ("the training part has no row of 'late'",)


@pytest.mark.parametrize(
    ("fields", "features"),
    [
        ({}, ("g", "x")),
        ({"group": "g"}, ("x",)),
        ({"time": "x"}, ("g",)),
        ({"group": "x", "split_features": ("x",)}, ("g", "x")),
    ],
)
def test_a_column_that_splits_rows_is_no_feature_unless_asked_for(fields: Any, features: tuple[str, ...]) -> None:
    from caviar_plugins import OneHot

    whole = table()
    few = Table({name: column for name, column in whole.columns.items() if name != "block"}, ("y",))
    (dataset,), (preparation,) = prepare(Given(table=few, **fields), [OneHot()], "float32", Random(1))
    assert preparation.features == features
    assert {column.name.partition(" ")[0] for column in dataset.inputs.columns} <= set(features)


def test_the_fingerprint_covers_the_column_that_splits() -> None:
    marks = [
        prepare(Given(table=table(t=ROWS[::step], g=ROWS), time="t"), [], "float32", Random(1))[0][0].fingerprint
        for step in (1, -1)
    ]
    assert marks[0] != marks[1]
