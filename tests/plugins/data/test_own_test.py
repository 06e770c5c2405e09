"""Test rows of a file of their own: read by the rules of the first file, and nothing learned from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.engine.data.prepare import prepare, read_and_split
from caviar.plugin import DataError, Random
from caviar_plugins import Dates, Impute, OneHot, Standardize, TableFile

ROWS = [f"{row % 7};{row},5;{'rgb'[row % 3]};{row % 28 + 1}.3.2021;{'no' if row % 4 else 'yes'}" for row in range(80)]
HEADER = "code;size;color;day;y"


def data_of(folder: Path, test: list[str], header: str = HEADER, **fields: Any) -> TableFile:
    (folder / "train.csv").write_text("\n".join([HEADER, *ROWS]) + "\n")
    (folder / "test.csv").write_text("\n".join([header, *test]) + "\n")
    return TableFile(path=folder / "train.csv", target="y", test_path=folder / "test.csv", **fields)


def test_the_head_counts_the_rows_of_both_files(tmp_path: Path) -> None:
    data = data_of(tmp_path, ROWS[:10])
    head, table = data.head(), data.read()
    assert (head.rows, head.test, head.exact, head.whole) == (90, 10, True, True)
    assert tuple(column.name for column in head.features) == table.features
    blocks = data.read_blocks({"code": "numbers"})
    assert sum(block.table.rows for block in blocks) == 80, "rows to predict are those of one file"


def test_the_rows_are_the_test_part_and_are_read_by_the_rules_of_the_others(tmp_path: Path) -> None:
    data = data_of(tmp_path, ["5;1,5;r;3.4.2021;yes", "6;;;;no"])
    table, _, _, division = read_and_split(data, Random(1))
    assert division.splits[0].test.tolist() == [80, 81]
    assert table.columns["size"][80:].tolist()[0] == 1.5
    assert str(table.columns["day"][80]) == "2021-04-03T00:00:00"
    assert table.columns["color"][80:].tolist() == ["r", None]
    assert table.notes == ("the 2 rows of test.csv are the test part",)


def test_words_that_look_like_numbers_among_the_test_rows_are_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "floor,y\n" + "".join(f"{('1', '2', 'G')[row % 3]},{row % 2}\n" for row in range(60))
    )
    (tmp_path / "b.csv").write_text("floor,y\n1,0\n2,1\n")
    table = TableFile(path=tmp_path / "a.csv", target="y", test_path=tmp_path / "b.csv").read()
    assert table.columns["floor"][60:].tolist() == ["1", "2"]


def test_nothing_is_learned_from_the_test_rows(tmp_path: Path) -> None:
    data = data_of(tmp_path, ["99;9999,5;new;3.4.2031;yes", ";;;;no"])
    transforms = [Dates(), Impute(), OneHot(), Standardize()]
    (both,), (prepared,) = prepare(data, transforms, "float32", Random(1))
    (alone,), (expected,) = prepare(data.model_copy(update={"test_path": None}), transforms, "float32", Random(1))
    for found, wanted in zip(prepared.learned, expected.learned, strict=True):
        assert found.keys() == wanted.keys()
        for name in found:
            numpy.testing.assert_array_equal(found[name], wanted[name])
    numpy.testing.assert_array_equal(both.x[:80], alone.x)
    numpy.testing.assert_array_equal(both.split.train, alone.split.train)
    numpy.testing.assert_array_equal(both.split.validation, alone.split.validation)
    assert both.fingerprint != alone.fingerprint


def test_test_rows_without_a_target_are_left_out_and_told(tmp_path: Path) -> None:
    table = data_of(tmp_path, ["5;1,5;r;3.4.2021;yes", "6;2,5;g;3.4.2021;", "6;2,5;g;3.4.2021;no"]).read()
    assert table.rows == 82
    assert table.numbers is not None
    assert table.numbers[78:].tolist() == [78, 79, 0, 2]
    assert table.notes[1].startswith("test.csv: 1 row is left out because the target 'y' has no value")


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("code;size;day;y", ["5;1,5;3.4.2021;yes"], "test.csv: there is no column 'color', which train.csv has"),
        ("code;size;color;day", ["5;1,5;r;3.4.2021"], "test.csv:1: there is no column 'y' to predict"),
        (HEADER, ["5;1,5;r;3.4.2021;yes", "5;big;r;3.4.2021;no"], "test.csv:.* 'size' .*'?big'?"),
        (HEADER, ["5;1,5;r;3.4.2021;maybe"], "data.test_path: the test rows hold the class 'maybe', which no row to"),
        (HEADER, [], "test.csv:1: there are no rows below the header"),
    ],
)
def test_columns_that_do_not_agree_are_refused(tmp_path: Path, header: str, rows: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_and_split(data_of(tmp_path, rows, header), Random(1))


def test_words_where_there_were_numbers_are_refused(tmp_path: Path) -> None:
    data = data_of(tmp_path, [f"{each};1,5;r;3.4.2021;yes" for each in "abc"])
    with pytest.raises(DataError, match=r"test.csv: column 'code' holds words, and numbers in train.csv"):
        read_and_split(data, Random(1))


def test_fractions_among_the_classes_of_test_rows_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{row},{row % 3}\n" for row in range(60)))
    (tmp_path / "b.csv").write_text("x,y\n1,0.5\n2,1\n")
    with pytest.raises(DataError, match=r"b.csv: the target 'y' holds fractions, and whole numbers in a.csv"):
        TableFile(path=tmp_path / "a.csv", target="y", test_path=tmp_path / "b.csv").read()
    (tmp_path / "b.csv").write_text("x,y\n1,1.0\n2,2\n")
    table = TableFile(path=tmp_path / "a.csv", target="y", test_path=tmp_path / "b.csv").read()
    assert table.columns["y"].dtype.kind == "i"


def test_validation_may_be_by_group_or_time_beside_test_rows(tmp_path: Path) -> None:
    data = data_of(tmp_path, ["8;1,5;r;3.4.2021;yes", "9;2,5;g;4.4.2021;no"], group="code")
    split = read_and_split(data, Random(1))[-1].splits[0]
    assert split.test.tolist() == [80, 81]
    data = data.model_copy(update={"group": None, "time": "day"})
    split = read_and_split(data, Random(1))[-1].splits[0]
    assert split.test.tolist() == [80, 81]
    with pytest.raises(DataError, match=r"1 row of the data's own test rows, such as one of 2021-03-05"):
        read_and_split(data_of(tmp_path, ["8;1,5;r;5.3.2021;yes", "9;2,5;g;4.4.2021;no"], time="day"), Random(1))


def test_folds_are_made_of_the_first_file(tmp_path: Path) -> None:
    splits = read_and_split(data_of(tmp_path, ROWS[:10], folds=4), Random(1))[-1].splits
    assert sorted(numpy.concatenate([split.validation for split in splits]).tolist()) == list(range(80))
    assert all(split.test.tolist() == list(range(80, 90)) for split in splits)


def test_columns_that_split_rows_are_read_even_where_a_reader_would_ignore_them(tmp_path: Path) -> None:
    text = "id,who,x,y\n" + "".join(
        f"{row},w{row // 2 * 2 + row % 50 // 49},{row * 7 % 11},{row % 2}\n" for row in range(60)
    )
    (tmp_path / "t.csv").write_text(text)
    plain = TableFile(path=tmp_path / "t.csv", target="y")
    assert plain.decided().columns == {"id": "ignore"}
    timed = plain.model_copy(update={"time": "id"})
    assert "id" in [column.name for column in timed.head().features]
    assert "id" not in timed.decided().columns
    split = read_and_split(timed.decided(), Random(1))[-1].splits[0]
    assert split.validation.tolist() == list(range(48, 60))
    ignored = plain.model_copy(update={"group": "who", "columns": {"who": "ignore"}})
    assert "who" in ignored.read().columns
    assert "who" in [column.name for column in ignored.head().features]
