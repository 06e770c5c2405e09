"""Rows of data frames are read by the rules of files: the same columns, kinds and gaps."""

from __future__ import annotations

import csv
import gzip
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
from caviar.config.reading.resolved import reader_for
from caviar.engine.data.frames import rows_of, table_of
from caviar.plugin import Array, DataError, Table
from caviar_plugins import Memory, TableFile

from tests.core.api.test_pipeline import small
from tests.core.engine.data.test_frames import PRICE
from tests.tables.test_messy_files import READ, read_once, table, thinned

TYPED = ("lines.jsonl",)  # whose cells are no texts
TEXTS = [name for name in READ if name not in (*TYPED, "shop.db")]


def words_of(data: TableFile) -> dict[str, list[str]]:
    """The cells of a file as texts, by Python's own parser and the file's true separator."""
    open_ = gzip.open if data.path.suffix == ".gz" else open
    with open_(
        data.path, "rt", encoding="utf-8-sig" if data.encoding == "utf-8" else data.encoding, newline=""
    ) as file:
        for _ in range(data.skip or 0):
            file.readline()
        rows = [row for row in csv.reader(file, delimiter=data.separator or ",", quotechar=data.quote) if row]
    names = [name.strip() for name in rows.pop(0)] if data.header else [f"column{n + 1}" for n in range(len(rows[0]))]
    return {name: [row[place] for row in rows] for place, name in enumerate(names) if name}


def held_in(frame: Any, data: TableFile, **rules: Any) -> Memory:
    y = frame[data.target]
    X = frame.drop(columns=[data.target]) if hasattr(frame, "iloc") else frame.drop(data.target)
    return Memory(missing=data.missing, missing_target=data.missing_target, **rules).holding(table_of(X, y))


def assert_same(found: Table, expected: Table) -> None:
    assert set(found.columns) == set(expected.columns)
    for name, column in expected.columns.items():
        ours = found.columns[name]
        if name in expected.target and column.dtype.kind in "bi" and ours.dtype.kind == "O":
            column = words(column)
        assert ours.dtype == column.dtype, name
        numpy.testing.assert_array_equal(ours, column, err_msg=name)


def words(column: Array) -> Array:
    """Classes that a file holds as numbers or flags; a program that passes words gets them back."""
    found = numpy.empty(len(column), dtype=object)
    found[:] = [str(cell) for cell in column.tolist()]
    return found


def frame_of(name: str, make: Any) -> tuple[Any, Table]:
    """The cells of a file as a frame of texts, and the file's; the separator of a file says how it writes decimals."""
    data = table(name).decided()
    decimal = data.decimal if data.separator == ";" else None
    given = table(name).columns
    return held_in(make(words_of(data)), data, columns=given, decimal=decimal), read_once(name)


@pytest.mark.thorough
@pytest.mark.parametrize("name", thinned(TEXTS))
def test_a_pandas_frame_of_texts_is_read_as_the_file_is(name: str) -> None:
    held, expected = frame_of(name, lambda cells: pandas.DataFrame(cells, dtype="str"))
    assert_same(held.read(), expected)


@pytest.mark.parametrize("kind", ["object", "string", "category"])
def test_the_type_of_texts_makes_no_difference(kind: Any) -> None:
    held, expected = frame_of("euros.csv", lambda cells: pandas.DataFrame(cells, dtype=kind))
    assert_same(held.read(), expected)


@pytest.mark.thorough
@pytest.mark.parametrize("name", thinned(TEXTS))
def test_a_polars_frame_of_texts_is_read_as_the_file_is(name: str) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    held, expected = frame_of(name, polars.DataFrame)
    assert_same(held.read(), expected)


def memory(X: Any, y: Any, **rules: Any) -> Memory:
    return Memory(**rules).holding(table_of(pandas.DataFrame(X), pandas.Series(y, name="y")))


AMOUNTS = [f"{n}.{n:03},5 €" for n in range(1, 41)]
SIDE = ["left", "right"] * 20


def test_new_rows_are_read_by_the_rules_of_training() -> None:
    data = memory({"amount": AMOUNTS, "day": [f"{n % 28 + 1:02}.03.2021" for n in range(40)]}, SIDE).decided()
    assert (data.decimal, data.columns) == (",", {"amount": "number", "day": "%d.%m.%Y"})
    again = Memory(decimal=data.decimal, columns=data.columns)  # as it comes back from a model's file
    for row in ({"amount": "1.234", "day": "03.04.2021"}, pandas.Series({"amount": "1.234", "day": "03.04.2021"})):
        found = again.read_frame(Table(rows_of(row, ("amount", "day")), ())).columns
        assert found["amount"].tolist() == [1234]
        assert found["day"].tolist() == [datetime(2021, 4, 3)]
    wrong = pandas.DataFrame({"amount": ["1,5", "much"]}), {"amount": "1,5", "day": "2021-04-03"}
    for rows, told in zip(
        wrong,
        (
            "row 2: column 'amount' holds 'much'; the model was trained on numbers with a decimal comma there",
            "row 1: column 'day' holds '2021-04-03'; the model was trained on dates written as %d.%m.%Y there",
        ),
        strict=True,
    ):
        with pytest.raises(DataError, match=f"^{re.escape(told)}; correct it or leave it empty$"):
            again.read_frame(Table(rows_of(rows, ()), ()))
    empty = again.read_frame(Table(rows_of({"amount": None, "day": None}, ()), ())).columns
    assert numpy.isnan(empty["amount"]).all()
    assert numpy.isnat(empty["day"]).all()


def test_a_date_that_columns_name_keeps_the_format_of_training() -> None:
    days = [f"{n % 28 + 1:02}/03/2021" for n in range(40)]
    data = memory({"amount": AMOUNTS, "day": days}, SIDE, columns={"day": "date"}).decided()
    for day, moment in (("03/04/2021", datetime(2021, 4, 3)), (None, None)):
        assert data.read_frame(Table(rows_of({"day": day}, ("day",)), ())).columns["day"].tolist() == [moment]


def test_of_new_rows_only_the_models_columns_are_read_and_those_that_split_are_known() -> None:
    frame = pandas.DataFrame({"amount": range(300), "person": [str(n % 30) for n in range(300)]})
    given = small()
    grouped = given.model_copy(update={"data": Memory(group="person", columns={"person": "category"})})
    best = grouped.run(frame, PRICE).best
    assert best is not None
    new = frame.head(25).assign(odd=[*["1"] * 24, "oops"])
    numpy.testing.assert_array_equal(best.predict(new), best.predict(frame[["amount"]].head(25)))
    assert best.differences(new)[-1] == "column 'odd' is not used: training had none of that name"


def test_a_model_predicts_texts_as_the_numbers_they_stand_for() -> None:
    amounts = pandas.DataFrame({"amount": [f"${n},000" for n in range(1, 301)]})
    best = small().run(amounts, PRICE).best
    assert best is not None
    numbers = pandas.DataFrame({"amount": [1000.0 * n for n in range(1, 301)]})
    numpy.testing.assert_array_equal(best.predict(amounts), best.predict(numbers))
    assert best.predict({"amount": "$7,000"}) == best.predict({"amount": 7000})


def test_a_model_of_a_file_predicts_a_frame_by_the_rules_of_the_file() -> None:
    data = table("semicolon-comma.csv").decided()
    frame = pandas.DataFrame(words_of(data)).iloc[:3]
    found = data.read_frame(Table(rows_of(frame, ()), ())).columns
    expected = table("semicolon-comma.csv").read().columns
    for name in ("amount", "count", "day"):
        numpy.testing.assert_array_equal(found[name], expected[name][:3])


def test_columns_that_name_the_rows_are_ignored_and_said() -> None:
    names = [f"customer {n}" for n in range(40)]
    read = memory({"Unnamed: 0": range(40), "name": names, "amount": AMOUNTS}, SIDE).read()
    assert list(read.columns) == ["amount", "y"]
    assert read.notes == (
        "read from words: 'amount' (number, decimal comma, amounts in €); to keep words: "
        'Memory(columns={"amount": "category"})',
        "'Unnamed: 0' (id, all different), 'name' (id, nearly all different) are ignored; to read one: "
        'Memory(columns={"Unnamed: 0": "category"})',
    )
    kept = memory({"id": range(40), "a": AMOUNTS}, SIDE, columns={"id": "number", "a": "ignore"}).read()
    assert list(kept.columns) == ["id", "y"]


def test_a_code_for_missing_is_proposed_and_where_it_is_named_no_value() -> None:
    counts = [-999 if n % 8 == 0 else n for n in range(40)]
    read = memory({"count": counts}, SIDE).read()
    assert read.columns["count"].tolist() == counts
    assert read.notes == ("-999 in 'count' may mean missing: Memory(missing=[\"-999\"])",)
    said = memory({"count": counts}, SIDE, missing=["-999"]).read()
    numpy.testing.assert_array_equal(said.columns["count"], [numpy.nan if n < 0 else n for n in counts])
    assert said.notes == ()


def test_numbers_that_are_categories_are_words_with_and_without_gaps() -> None:
    data = memory({"zip": [1067, 1099] * 20}, SIDE, columns={"zip": "category"}).decided()
    assert data.read().columns["zip"].tolist() == ["1067", "1099"] * 20
    frame = pandas.DataFrame({"zip": [1067, None]})
    assert data.read_frame(Table(rows_of(frame, ()), ())).columns["zip"].tolist() == ["1067", None]


def test_classes_that_were_words_are_predicted_as_words() -> None:
    assert set(memory({"a": range(40)}, ["0", "1"] * 20).read().columns["y"]) == {"0", "1"}
    assert set(memory({"a": range(40)}, ["True", "False"] * 20).read().columns["y"]) == {"True", "False"}
    assert memory({"a": range(40)}, ["0", "1"] * 20, task="regression").read().columns["y"].dtype == "int64"
    assert memory({"a": range(40)}, AMOUNTS).read().columns["y"].dtype == "float64"


def test_rows_without_a_target_are_left_out_and_counted_or_refused() -> None:
    for target in ([None, 0.0, 1.0, 1.0] * 10, ["n/a", "0", "1", "1"] * 10):
        read = memory({"a": range(40)}, target).read()
        assert (read.rows, read.columns["a"][:3].tolist()) == (30, [1, 2, 3])
        assert set(map(str, read.columns["y"].tolist())) == {"0", "1"}
        assert read.notes[0].startswith("10 rows are left out because the target 'y' has no value")
        with pytest.raises(DataError, match=r"^row 1: the target 'y' has no value; fill it in or remove the row"):
            memory({"a": range(40)}, target, missing_target="refuse").read()
    with pytest.raises(DataError, match="the target 'y' has no value in any row"):
        memory({"a": range(2)}, [None, None]).read()


def test_what_columns_say_is_checked_against_the_frame() -> None:
    with pytest.raises(DataError, match=r"Memory.columns: there is no column 'siez'.*did you mean 'size'"):
        memory({"size": AMOUNTS}, SIDE, columns={"siez": "number"}).read()
    with pytest.raises(DataError, match="cannot ignore the target 'y'"):
        memory({"size": AMOUNTS}, SIDE, columns={"y": "ignore"}).read()
    with pytest.raises(DataError, match="column 'size' holds numbers, which cannot be read as 'date'"):
        memory({"size": range(40)}, SIDE, columns={"size": "date"}).read()
    with pytest.raises(DataError, match="a cell holds text that is no Unicode"):
        memory({"size": pandas.Series(["\udc80"] * 40, dtype=object)}, SIDE).read()
    with pytest.raises(ValueError, match="'size' must be one of 'number', 'category'"):
        Memory(columns={"size": "nmber"})


def test_a_model_of_a_frame_reads_a_file_by_the_rules_of_the_frame() -> None:
    trained = memory({"amount": AMOUNTS}, SIDE, missing=["-1"]).decided()
    reader = reader_for(Path("new.csv"), "y", trained)
    assert isinstance(reader, TableFile)
    assert (reader.decimal, reader.missing, reader.columns) == (",", ("-1",), {"amount": "number"})
