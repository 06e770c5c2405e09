"""Tables as text: numbers, flags and words."""

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import ColumnKind, DataError
from caviar.testing import DataContract
from caviar_plugins import TableFile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.data.tables import table_of

TEXT = "n,w,f,gaps,y\n1,a,true,1.5,u\n2,,false,,v\n-3,c,true,0.5,u\n"


class TestTableFile(DataContract):
    def source(self, folder: Path) -> TableFile:
        return table_of(folder, TEXT)

    def unlabelled(self, folder: Path) -> TableFile:
        return table_of(folder, "\n".join(line.rpartition(",")[0] for line in TEXT.splitlines()))


def new_rows(data: TableFile, **kinds: ColumnKind) -> dict[str, Any]:
    """The columns of the only block of new rows."""
    (block,) = data.read_blocks(kinds)
    return dict(block.table.columns)


def column(folder: Path, cells: str, **fields: Any) -> list[Any]:
    """What a feature column of these cells becomes; its dtype first."""
    rows = "".join(f'"{cell}",1\n' for cell in cells.split(" "))
    found = table_of(folder, f"a,y\n{rows}", **fields).read().columns["a"]
    return [str(found.dtype), *found.tolist()]


def test_columns_are_numbers_or_words(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a, b ,c,y\n1,2.5,red,cat\n-3e2, 4 ,NEAR BAY,dog\n").read()
    assert {name: column.tolist() for name, column in table.columns.items()} == {
        "a": [1.0, -300.0],
        "b": [2.5, 4.0],
        "c": ["red", "NEAR BAY"],
        "y": ["cat", "dog"],
    }
    assert table.target == ("y",)


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        ("1 +2 -3", "int64", [1, 2, -3]),
        ("1.0 .5 2.", "float64", [1.0, 0.5, 2.0]),
        ("123456789012345678 1", "int64", [123456789012345678, 1]),
        ("12345678901234567890 1", "float64", [12345678901234567890.0, 1.0]),
        ("0x10 1", "object", ["0x10", "1"]),
        ("1e3 2", "float64", [1000.0, 2.0]),
        ("true False", "bool", [True, False]),
        ("x 1", "object", ["x", "1"]),
        ("1_000 1", "object", ["1_000", "1"]),
    ],
)
def test_the_cells_decide_what_a_column_is(tmp_path: Path, cells: str, kind: str, values: list[Any]) -> None:
    assert column(tmp_path, cells) == [kind, *values]


@pytest.mark.parametrize("missing", ["", "NA", "n/a", "NaN", "null", "None", "?"])
def test_a_missing_cell_is_nan_among_numbers_and_none_among_words(tmp_path: Path, missing: str) -> None:
    numbers, words, flags = (column(tmp_path, f"{cells} {missing}") for cells in ("1 2", "a b", "true false"))
    numpy.testing.assert_equal(numbers, ["float64", 1.0, 2.0, numpy.nan])
    assert words == ["object", "a", "b", None]
    numpy.testing.assert_equal(flags, ["float64", 1.0, 0.0, numpy.nan])


def test_numbers_may_be_declared_words(tmp_path: Path) -> None:
    assert column(tmp_path, "01 1 1.0", columns={"a": "category"}) == ["object", "01", "1", "1.0"]


def test_columns_may_be_ignored(tmp_path: Path) -> None:
    assert table_of(tmp_path, "id,a,y\n1,2,3\n", columns={"id": "ignore"}).read().features == ("a",)


def test_cells_may_be_separated_by_something_else(tmp_path: Path) -> None:
    for separator in ({}, {"separator": ";"}):
        table = table_of(tmp_path, "a;y\n1;2\n", **separator).read()
    assert [each.tolist() for each in table.columns.values()] == [[1], [2]]


def test_line_breaks_and_separators_may_stand_in_quotes(tmp_path: Path) -> None:
    assert table_of(tmp_path, 'a,y\n"x,\ny ""z""",1\nb,2\n').read().columns["a"].tolist() == ['x,\ny "z"', "b"]


def test_a_byte_order_mark_blank_lines_and_windows_ends_are_no_matter(tmp_path: Path) -> None:
    table = table_of(tmp_path, "\ufeffa,y\r\n\r\n1,2\r\n\r\n").read()
    assert {name: column.tolist() for name, column in table.columns.items()} == {"a": [1.0], "y": [2]}


def test_rows_to_predict_need_no_target_and_keep_the_words_of_training(tmp_path: Path) -> None:
    columns = new_rows(table_of(tmp_path, "a,b\n1,2\n"), a="numbers", b="words")
    assert {name: each.tolist() for name, each in columns.items()} == {"a": [1], "b": ["2"]}


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16"])
def test_a_text_with_a_mark_is_read_in_the_encoding_that_the_mark_tells(tmp_path: Path, encoding: str) -> None:
    assert table_of(tmp_path, "a,y\n1,2\n3,4\n".encode(encoding)).read().columns["a"].tolist() == [1, 3]


@settings(deadline=None, max_examples=15)
@given(st.lists(st.lists(st.text(max_size=8), min_size=3, max_size=3), min_size=1, max_size=5))
def test_words_come_out_as_pythons_own_reader_gives_them(rows: list[list[str]]) -> None:
    import csv
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", newline="", encoding="utf-8", errors="ignore") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
        with path.open(newline="", encoding="utf-8") as file:
            expected = [cells for cells in csv.reader(file) if cells][1:]
        data = TableFile(path=path, target="c", header=True, separator=",")
        columns = new_rows(data, a="words", b="words", c="words")
    missing = {"", "na", "n/a", "nan", "null", "none", "?", "-", "--", "#n/a", "."}
    for name, cells in zip("abc", zip(*expected, strict=True), strict=True):
        told = [None if each.strip().lower() in missing else each.strip() for each in cells]
        assert columns[name].tolist() == told


def test_tens_of_thousands_of_columns_are_a_table(tmp_path: Path) -> None:
    names = ",".join(f"c{place}" for place in range(40_000))
    table = table_of(tmp_path, f"{names}\n" + ",".join("1" * 40_000) + "\n", target="c7")
    assert len(table.head().features) == 39_999
    assert len(table.read().columns) == 40_000
    with pytest.raises(DataError, match=r"there are c0, .*, c19, … \(40,000 in all\)$"):
        table_of(tmp_path, f"{names}\n", target="y").head()


def test_a_wide_table_is_read_as_a_narrow_one(tmp_path: Path) -> None:
    cells = {
        "amount": [f"{n}.{n:03},5 €" for n in range(1, 41)],
        "n": [str(n) if n % 7 else "NA" for n in range(40)],
        "f": [f"{n}.25" for n in range(40)],
        "w": ['say ""hi""', "a; b\nc", " x ", "?"] * 10,
        "day": [f"{n % 28 + 1:02}.03.2021" for n in range(40)],
        "flag": ["yes", "no", "Y", "N"] * 10,
        "row_id": [str(n) for n in range(40)],
        "big": ["9007199254740993"] * 40,
        "y": ["u", "v", "", "u"] * 10,
    }
    rows = [[f'"{cell}"' for cell in row] for row in zip(*cells.values(), strict=True)]

    def text(more: int) -> str:
        names = ";".join([*cells, *(f"m{n}" for n in range(more))])
        return names + "\n" + "".join(";".join([*row, *["1"] * more]) + "\n" for row in rows)

    (tmp_path / "wide").mkdir()
    data, wide = table_of(tmp_path, text(3)), table_of(tmp_path / "wide", text(1100))
    narrow, found = data.read(), data.head()
    assert wide.head().features[: len(found.features)] == found.features
    assert wide.head().notes == found.notes
    read = wide.read()
    assert len(read.columns) == len(narrow.columns) + 1097
    for name, column in narrow.columns.items():
        assert read.columns[name].dtype == column.dtype, name
        numpy.testing.assert_array_equal(read.columns[name], column, err_msg=name)
    assert (read.rounded, read.notes) == (narrow.rounded, narrow.notes)
    assert narrow.columns["f"][:2].tolist() == [0.25, 1.25]
    (tmp_path / "wide" / "t.csv").write_text(text(1100).replace('"3.25"', '"oops"'), encoding="utf-8")
    with pytest.raises(DataError, match=r"t\.csv:6: column 'f' holds 'oops' where 29 of 30 cells hold a number"):
        wide.read()


def test_a_header_in_another_encoding_is_read(tmp_path: Path) -> None:
    assert new_rows(table_of(tmp_path, b"\xe9,y\n1,2\n"), é="numbers")["é"].tolist() == [1]


def test_whole_numbers_with_too_many_digits_are_named(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b,y\n9007199254740993,12345678901234567890,1\n1,,2\n")
    assert [(column.name, column.rounded) for column in table.head().features] == [("a", True), ("b", True)]
    assert table.read().rounded == ("b",)  # a is held exactly, in int64


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e37, max_value=1e37), min_size=2, max_size=30)
)
@settings(deadline=None, max_examples=15)
def test_numbers_are_rounded_as_python_rounds_them(numbers: list[float]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        rows = "".join(f"{number!r},u\n" for number in numbers)
        found = table_of(Path(folder), f"a,y\n{rows}", header=True).read_blocks({"a": "numbers"})
        (column,) = (block.table.columns["a"] for block in found)
    assert column.astype(float).tolist() == numbers
