"""Tables that cannot be read: an exact sentence, with its line."""

from pathlib import Path

import pytest
from caviar.plugin import DataError
from caviar_plugins import TableFile

from tests.plugins.data.tables import table_of


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


def test_rows_in_another_encoding_than_is_said_are_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t\.csv:2: not in utf-8; name the encoding of the file in \[data\]"):
        table_of(tmp_path, b"a,y\n\xe9,2\n", encoding="utf-8").read()
