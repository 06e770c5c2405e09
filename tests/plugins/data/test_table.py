"""Tables as text: numbers, flags and words, and an exact sentence for everything else."""

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import ColumnHead, ColumnKind, DataError
from caviar.testing import DataContract
from caviar_plugins import TableFile
from caviar_plugins.tables.seen import HEAD
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = "n,w,f,gaps,y\n1,a,true,1.5,u\n2,,false,,v\n-3,c,true,0.5,u\n"


class TestTableFile(DataContract):
    def source(self, folder: Path) -> TableFile:
        return table_of(folder, TEXT)

    def unlabelled(self, folder: Path) -> TableFile:
        return table_of(folder, "\n".join(line.rpartition(",")[0] for line in TEXT.splitlines()))


def table_of(folder: Path, text: str | bytes, target: str = "y", **fields: Any) -> TableFile:
    (folder / "t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return TableFile(path=folder / "t.csv", target=target, **fields)


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: the file is empty; a header row"),
        ("a,y\n", ":1: there are no rows below the header"),
        ("a,y\n1,2\n1,2,3\n", ":3: 3 cells where the header names 2 columns; a text with ',' in it needs quotes"),
        ('a,y\n"1\n",2\n1\n', ":4: 1 cell where the header names 2 columns"),
        ("a,y\n" + "1,2\n" * 10 + "\ncat,2\n", ":13: column 'a' holds 'cat' where 10 of 11 cells hold a number; "),
        ("a,y\n" + "1,2\n" * 30 + "x,2\ny,2\n", ":32: column 'a' holds 'x' where 30 of 32 cells hold a number; "),
        ("a,y\n" + "1,2\n" * 10 + "inf,2\n", ":12: column 'a' holds 'inf' where 10 of 11 cells hold a number"),
        ("a,y\n1,\n", ":2: the target 'y' has no value in any row; choose another column"),
        ("a,a,y\n1,2,3\n", ":1: two columns are named 'a'; rename one"),
        ("a,,y\n1,2,3\n", ":1: column 2 has no name"),
        ("a,b\n1,2\n", ":1: there is no column 'y' to predict; there are a, b"),
        ("a,Y\n1,2\n", ":1: there is no column 'y' to predict; did you mean 'Y'?"),
        ('a,y\n1,"2\n', ":2: unexpected end of data; is a quote left open?"),
        ('a,y\n1,"2\n3,"4"\n', ":2: "),
        ("ä,y\nß,ü\n".encode() + b"1,\xff\n", ":3: not in UTF-8; save the file as UTF-8"),
    ],
)
def test_what_does_not_fit_is_reported_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(DataError) as error:
        table_of(tmp_path, text).read()
    assert f"{tmp_path / 't.csv'}{said}" in str(error.value)


def test_rows_without_a_target_are_left_out_and_counted(tmp_path: Path) -> None:
    data = table_of(tmp_path, "a,y\nb,c\n\nb, NA \nd,e\n")
    assert (data.head().rows, data.head().unlabelled) == (2, 1)
    table = data.read()
    assert table.columns["a"].tolist() == ["b", "d"]
    assert "1 row is left out because the target 'y' has no value" in table.notes[0]


def test_a_target_without_a_value_is_refused_by_the_head_as_by_the_table(tmp_path: Path) -> None:
    data = table_of(tmp_path, "a,y\nb,c\n\nb, NA \n", missing_target="refuse")
    for look in (data.head, data.read):
        with pytest.raises(DataError, match=r"t\.csv:4: the target 'y' has no value; fill it in or remove the row"):
            look()


def test_a_near_name_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column 'price' to predict; did you mean 'prices'"):
        table_of(tmp_path, "a,prices\n1,2\n", target="price").read()
    for word in ("idd", "ID"):
        with pytest.raises(DataError, match=f"no column '{word}' to ignore; did you mean 'id'"):
            table_of(tmp_path, "id,y\n1,2\n", columns={word: "ignore"}).read()


def test_a_long_name_is_shortened_in_a_message(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no column 'y' to predict; there are x{60}…, b$"):
        table_of(tmp_path, f"{'x' * 900},b\n1,2\n").head()


@pytest.mark.parametrize(
    ("name", "told"), [("x" * 1001, "a name of 1,001 characters"), ("a\0b", "a NUL character in its name")]
)
def test_what_cannot_be_a_name_is_refused(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(DataError, match=rf"t\.csv:1: column 2 has {told}; is this a table, and in which encoding\?"):
        table_of(tmp_path, f"y,{name}\n1,2\n").head()


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16"])
def test_a_text_with_a_mark_is_read_in_the_encoding_that_the_mark_tells(tmp_path: Path, encoding: str) -> None:
    assert table_of(tmp_path, "a,y\n1,2\n3,4\n".encode(encoding)).read().columns["a"].tolist() == [1, 3]


def test_a_line_that_is_not_json_is_reported_as_such(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": 1, "y": 2}\n{"a": 1 "y": 2}\n')
    with pytest.raises(
        DataError, match=r"t\.jsonl:2: not JSON: Expecting ',' delimiter: .*; each line must be one record$"
    ):
        TableFile(path=tmp_path / "t.jsonl", target="y").head()


def test_what_the_database_says_of_a_damaged_file_is_reported_without_its_query(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1" + bytes(90) + b"PAR1")
    with pytest.raises(DataError, match=r"t\.parquet: damaged, or not what its name says: ") as error:
        TableFile(path=tmp_path / "t.parquet", target="y").head()
    assert "SELECT" not in str(error.value)


def test_a_missing_file_and_a_folder_are_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv: there is no such file"):
        TableFile(path=tmp_path / "none.csv", target="y").read()
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        TableFile(path=tmp_path, target="y").read()


def test_the_target_cannot_be_ignored() -> None:
    with pytest.raises(ValueError, match="cannot ignore the target"):
        TableFile(path=Path("t.csv"), target="y", columns={"y": "ignore"})


@settings(deadline=None, max_examples=40)
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


def test_the_head_has_columns_and_rows(tmp_path: Path) -> None:
    head = table_of(tmp_path, "n,w,f,y\n1,a,true,1.5\n,b,false,2\n3,,true,2\n").head()
    assert head.features == (
        ColumnHead("n", "numbers", distinct=2, whole=True, missing=True),
        ColumnHead("w", "words", distinct=2, missing=True, rarest=1),
        ColumnHead("f", "flags", distinct=2),
    )
    assert (head.target[0].kind, head.target[0].whole, head.rows, head.exact) == ("numbers", False, 3, True)


@pytest.mark.thorough
def test_the_rows_of_a_long_file_are_estimated(tmp_path: Path) -> None:
    head = table_of(tmp_path, "a,y\n" + "1.25,0\n" * 500_000).head()
    assert (head.rows, head.exact, head.whole) == (500_000, False, False)
    assert head.seen == HEAD // len("1.25,0\n") - 1


def test_the_head_reports_the_mistakes_it_sees(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t\.csv:3: 1 cell where"):
        table_of(tmp_path, "a,y\n1,2\n1\n").head()


@pytest.mark.thorough
def test_a_row_that_the_limit_cuts_is_no_mistake(tmp_path: Path) -> None:
    rows = "1.25,u\n" * (HEAD // 7) + '"' + "long\n" * 100 + '",v\n'
    head = table_of(tmp_path, "a,y\n" + rows).head()
    assert not head.exact
    assert head.target[0].distinct == 1


def test_a_row_longer_than_the_limit_is_read_whole(tmp_path: Path) -> None:
    head = table_of(tmp_path, "a,y\n" + "x" * HEAD + ",u\nb,v\n").head()
    assert (head.rows, head.exact) == (2, True)


@pytest.mark.thorough
def test_a_letter_that_the_limit_cuts_is_no_mistake(tmp_path: Path) -> None:
    head = table_of(tmp_path, "a,y\n" + "ä,1\n" * (HEAD // 5) + "ä,2\n" * 9).head()
    assert (head.exact, head.features[0].kind) == (False, "words")


@pytest.mark.thorough
def test_a_mistake_behind_the_head_is_reported_by_reading_alone(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,y\n" + "1.25,2\n" * (HEAD // 7 + 9) + "oops,2\n")
    assert not table.head().exact
    with pytest.raises(DataError, match="column 'a' holds 'oops' where 299,602 of 299,603 cells hold a number"):
        table.read()


@pytest.mark.thorough
def test_a_mistake_in_the_head_of_a_long_file_is_reported_with_the_rows_seen(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,y\noops,2\n" + "1.25,2\n" * (HEAD // 7 + 9))
    for look in (table.head, table.read):
        with pytest.raises(DataError, match=r"column 'a' holds 'oops' where 299,59. of the first 299,59. cells hold"):
            look()


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


def test_rows_in_another_encoding_than_is_said_are_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t\.csv:2: not in utf-8; name the encoding of the file in \[data\]"):
        table_of(tmp_path, b"a,y\n\xe9,2\n", encoding="utf-8").read()


def test_a_header_in_another_encoding_is_read(tmp_path: Path) -> None:
    assert new_rows(table_of(tmp_path, b"\xe9,y\n1,2\n"), é="numbers")["é"].tolist() == [1]


def test_whole_numbers_with_too_many_digits_are_named(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b,y\n9007199254740993,12345678901234567890,1\n1,,2\n")
    assert [(column.name, column.rounded) for column in table.head().features] == [("a", True), ("b", True)]
    assert table.read().rounded == ("b",)  # a is held exactly, in int64


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({"customer_id": range(500, 550)}, False),
        ({"name": [f"n{row}" for row in range(50)]}, False),
        ({"income": range(500, 550)}, True),
        ({"id": [row % 7 for row in range(50)]}, True),
        ({"name": [f"n{row // 2}" for row in range(50)]}, True),
    ],
)
def test_what_only_names_the_rows_is_ignored_and_told(tmp_path: Path, columns: dict[str, Any], kept: bool) -> None:
    ((name, cells),) = columns.items()
    rows = "".join(f"{cell},{row % 3}.5,{row % 2}\n" for row, cell in enumerate(cells))
    data = table_of(tmp_path, f"{name},a,y\n{rows}")
    assert (name in data.read().columns) is kept
    assert [each.name for each in data.head().left_out] == ([] if kept else [name])
    assert (data.decided().columns.get(name) == "ignore") is not kept


def test_in_a_few_rows_everything_may_differ(tmp_path: Path) -> None:
    assert "name" in table_of(tmp_path, "name,y\na,1\nb,2\nc,1\n").read().columns


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e37, max_value=1e37), min_size=2, max_size=30)
)
@settings(deadline=None, max_examples=40)
def test_numbers_are_rounded_as_python_rounds_them(numbers: list[float]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        rows = "".join(f"{number!r},u\n" for number in numbers)
        found = table_of(Path(folder), f"a,y\n{rows}", header=True).read_blocks({"a": "numbers"})
        (column,) = (block.table.columns["a"] for block in found)
    assert column.astype(float).tolist() == numbers


@pytest.mark.parametrize("width", [70, 1001])
def test_the_target_has_an_example_behind_however_many_columns(tmp_path: Path, width: int) -> None:
    names, cells = (",".join(f"{start}{n}" for n in range(width)) for start in ("x", "1"))
    head = table_of(tmp_path, f"{names},y\n" + f"{cells},u\n{cells},v\n" * 20).head()
    assert head.target[0].example == "u"


def test_sequence_numbers_are_ignored_where_all_are_different(tmp_path: Path) -> None:
    for step, left_out in ((1, ["SEQN"]), (2, [])):
        rows = "".join(f"{93703 + n // step},{n * 7 % 11}.5,u{n % 2}\n" for n in range(40))
        head = table_of(tmp_path, f"SEQN,a,y\n{rows}").head()
        assert [each.name for each in head.left_out] == left_out


def test_what_was_guessed_is_told_with_the_setting_that_overrules_it(tmp_path: Path) -> None:
    rows = "".join(
        f'"{n},234",{n % 28 % 12 + 1:02}/{n % 12 + 1:02}/2021,{-999 if n % 9 else n},c{n},u{n % 2}\n'
        for n in range(1, 41)
    )
    text = f"amount,day,count,name,y\n{rows}"
    data = table_of(tmp_path, text)
    told = (
        'the comma of "1,234" is read as one between thousands; decimal = "," in [data] reads a decimal comma',
        "the dates of 'day' are read as %m/%d/%Y, %d/%m/%Y would fit too: columns = { day = \"%d/%m/%Y\" } in [data]",
        "-999 in 'count' may mean missing: missing = [\"-999\"] in [data]",
        "'name' (id, nearly all different) is ignored; to read it: columns = { name = \"category\" } in [data]",
    )
    head = data.head()
    assert head.notes == told
    assert data.read().notes == data.decided().read().notes == told
    columns = {"day": "%d/%m/%Y", "name": "ignore"}
    said = table_of(tmp_path, text, columns=columns, missing=("-999",), decimal=".")
    assert said.head().notes == said.read().notes == ()


def test_a_comma_is_one_between_thousands_where_other_columns_have_decimal_points(tmp_path: Path) -> None:
    for separator in (",", ";"):
        rows = "".join(f'"{n},234"{separator}{n}.5{separator}u{n % 2}\n' for n in range(1, 41))
        table = table_of(tmp_path, f"a{separator}b{separator}y\n{rows}").read()
        assert table.columns["a"][:2].tolist() == [1234, 2234]
        assert table.columns["b"][:2].tolist() == [1.5, 2.5]
        assert table.notes == ()


def test_columns_are_decided_too_where_everything_else_is_said(tmp_path: Path) -> None:
    rows = (f"{row},{row % 7}.5,{row % 28 + 1:02}/03/2021,{row * 1.25}\n" for row in range(40))
    (tmp_path / "t.csv").write_text("customer_id,x,day,y\n" + "".join(rows))
    data = TableFile(
        path=tmp_path / "t.csv",
        target="y",
        separator=",",
        quote='"',
        decimal=".",
        header=True,
        skip=0,
        encoding="utf-8",
    )
    assert data.decided().columns == {"customer_id": "ignore", "day": "%d/%m/%Y"}
    assert list(data.read().columns) == [*(each.name for each in data.head().features), "y"] == ["x", "day", "y"]


def test_many_days_of_the_month_first_tell_the_format_of_dates(tmp_path: Path) -> None:
    days = [
        f"{day:02}/{month:02}/{year}" for year in range(2019, 2022) for month in range(1, 13) for day in range(1, 29)
    ]
    rows = "".join(f"{day},{place % 7},{place % 3}\n" for place, day in enumerate(days))
    table = table_of(tmp_path, f"when,x,y\n{rows}").read()
    assert table.columns["when"][27] == numpy.datetime64("2019-01-28")
