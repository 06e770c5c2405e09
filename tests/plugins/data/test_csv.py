"""Tables as text: numbers, labels, and an exact word for everything else."""

from pathlib import Path

import pytest
from caviar import DataError
from caviar_plugins.data.csv import CSV


def table_of(folder: Path, text: str | bytes, target: str = "y") -> CSV:
    (folder / "t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return CSV(path=folder / "t.csv", target=target)


def test_every_column_is_numbers_but_the_target(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a, b ,y\n1,2.5,cat\n-3e2, 4 ,dog\n").read()
    assert {name: column.tolist() for name, column in table.columns.items()} == {
        "a": [1.0, -300.0],
        "b": [2.5, 4.0],
        "y": ["cat", "dog"],
    }
    assert table.target == ("y",)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [("1 0 1", "int64"), ("1.0 0 1", "float64"), ("1 0 x", "object"), ("true false true", "object")],
)
def test_the_targets_cells_decide_its_kind(tmp_path: Path, cells: str, kind: str) -> None:
    rows = "".join(f"0,{cell}\n" for cell in cells.split())
    assert table_of(tmp_path, f"a,y\n{rows}").read().columns["y"].dtype == kind


def test_a_byte_order_mark_blank_lines_and_windows_ends_are_no_matter(tmp_path: Path) -> None:
    table = table_of(tmp_path, "\ufeffa,y\r\n\r\n1,2\r\n\r\n").read()
    assert {name: column.tolist() for name, column in table.columns.items()} == {"a": [1.0], "y": [2]}


def test_rows_to_predict_need_no_target(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b\n1,2\n").read_rows()
    assert table.target == ()
    assert table.features == ("a", "b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: the file is empty; a header row"),
        ("a,y\n", ":1: there are no rows below the header"),
        ("a,y\n1,2\n1,2,3\n", ":3: 3 cells where the header names 2 columns"),
        ('a,y\n"1\n",2\n1\n', ":4: 1 cell where the header names 2 columns"),
        ("a,y\n1,2\n\ncat,2\n", ":4: column 'a' holds 'cat' where a number is expected"),
        ("a,y\n1_000,2\n", ":2: column 'a' holds '1_000' where a number is expected"),
        ("a,y\ninf,2\n", ":2: column 'a' holds 'inf' where a number is expected"),
        ("a,y\n1,2\n,2\n", ":3: column 'a' has no value; fill it in or remove the row"),
        ("a,y\nNA,2\n", ":2: column 'a' has no value"),
        ("a,y\n1,\n", ":2: the target 'y' has no value"),
        ("a,a,y\n1,2,3\n", ":1: two columns are named 'a'; rename one"),
        ("a,,y\n1,2,3\n", ":1: column 2 has no name"),
        ("a;y\n1;2\n", ":1: one column only; cells must be separated by commas"),
        ("a,Y1\n1,2\n", ":1: there is no column 'y' to predict; there are a, Y1"),
        ('a,y\n1,"2\n', ":2: unexpected end of data; is a quote left open?"),
        (b"a,y\n1,\xff\n", ":2: not in UTF-8; save the file as UTF-8"),
        (b"a,y\n\x00,1\n", ":2: column 'a' holds '\\x00' where a number is expected"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(DataError) as error:
        table_of(tmp_path, text).read()
    assert f"{tmp_path / 't.csv'}{said}" in str(error.value)


def test_a_near_name_is_suggested_for_the_target(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column 'price' to predict; did you mean 'prices'"):
        table_of(tmp_path, "a,prices\n1,2\n", target="price").read()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv: there is no such file"):
        CSV(path=tmp_path / "none.csv", target="y").read()


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        CSV(path=tmp_path, target="y").read()
