"""New rows of a file: read in blocks by the rules of training, or refused with file, line and column."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import Array, Block, ColumnKind, DataError
from caviar_plugins import TableFile
from caviar_plugins.tables import new_blocks, text_blocks

KINDS: dict[str, ColumnKind] = {"a": "numbers", "day": "dates", "town": "words"}
TRAINED = "a;day;town;y\n" + "".join(f"{row}.{row:03},5;{1 + row % 28:02}.03.2021;Ulm;1\n" for row in range(1, 40))
GERMAN = {"columns": {"a": "number", "day": "%d.%m.%Y"}, "separator": ";", "decimal": ",", "quote": '"', "header": True}
PLAIN = {"columns": {"day": "%Y-%m-%d"}, "separator": ",", "decimal": ".", "quote": '"', "header": True}
KEPT = {"german": {**GERMAN, "skip": 0, "encoding": "utf-8"}, "plain": {**PLAIN, "skip": 0, "encoding": "utf-8"}}


def blocks(folder: Path, text: str | bytes, trained: str = "german", name: str = "n.csv") -> Iterator[Block]:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    fields: dict[str, Any] = KEPT[trained]
    return TableFile(path=folder / name, target="y", **fields).read_blocks(KINDS)


def rows(folder: Path, text: str | bytes, trained: str = "german") -> dict[str, list[Any]]:
    found = [block.table.columns for block in blocks(folder, text, trained)]
    return {name: [cell for part in found for cell in part[name].tolist()] for name in KINDS}


def test_training_decides_what_prediction_keeps(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TRAINED)
    data = TableFile(path=tmp_path / "t.csv", target="y").decided()
    assert {key: getattr(data, key) for key in KEPT["german"]} == KEPT["german"]
    said = TableFile(path=tmp_path / "t.csv", target="y", columns={"day": "date"}).decided()
    assert said.columns["day"] == "%d.%m.%Y", "the format of the training rows, not of new ones"


def test_the_rules_of_training_hold_where_few_new_rows_would_show_others(tmp_path: Path) -> None:
    found = rows(tmp_path, "a;day;town\n1.234;04.03.2021;7\n5;05.03.2021;\n")
    assert found["a"] == [1234, 5]
    assert [day.month for day in found["day"]] == [3, 3]
    assert found["town"] == ["7", None]


@pytest.mark.parametrize(
    ("trained", "cells", "told"),
    [
        ("german", "12.5;04.03.2021;Ulm", "holds '12.5'; the model was trained on numbers with a decimal comma there"),
        ("german", "0.123;04.03.2021;Ulm", "holds '0.123'; the model was trained on numbers with a decimal comma"),
        ("german", "1;2021-03-04;Ulm", "column 'day' holds '2021-03-04'; the model was trained on dates written as %d"),
        ("german", "1;soon;Ulm", "column 'day' holds 'soon'; the model was trained on dates written as %d.%m.%Y there"),
        ("german", "many;04.03.2021;Ulm", "column 'a' holds 'many'; the model was trained on numbers with a decimal"),
        ("plain", "2021-03-04,2021-03-04,Ulm", "column 'a' holds '2021-03-04'; the model was trained on numbers such"),
        (
            "plain",
            '"1,234",2021-03-04,Ulm',
            "column 'a' holds '1,234'; the model was trained on numbers such as 1234.5",
        ),
        ("plain", '"12,5",2021-03-04,Ulm', "column 'a' holds '12,5'; the model was trained on numbers such as 1234.5"),
        ("plain", "1e60,2021-03-04,Ulm", "column 'a' holds 1e60, too large to compute with; correct it"),
    ],
)
def test_a_cell_of_another_kind_is_refused_with_its_line(tmp_path: Path, trained: str, cells: str, told: str) -> None:
    mark = KEPT[trained]["separator"]
    good = "1;04.03.2021;Ulm" if trained == "german" else "1,2021-03-04,Ulm"
    with pytest.raises(DataError) as raised:
        rows(tmp_path, f"a{mark}day{mark}town\n{good}\n\n{cells}\n{good}\n", trained)
    assert str(raised.value).startswith(f"{tmp_path / 'n.csv'}:4: ")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("trained", "text", "a", "told"),
    [
        ("german", "a,day,town\n12.5,04.03.2021,Ulm\n", [12.5], "separator ',' instead of ';', decimal '.' instead of"),
        ("plain", "a;day;town\n12,5;2021-03-04;Ulm\n", [12.5], "separator ';' instead of ',', decimal ',' instead of"),
        ("plain", "a\tday\ttown\n12.5\t2021-03-04\tUlm\n", [12.5], "separator '\\t' instead of ','"),
    ],
)
def test_another_layout_is_read_right_and_told(tmp_path: Path, trained: str, text: str, a: Any, told: str) -> None:
    (block,) = blocks(tmp_path, text, trained)
    assert block.table.columns["a"].tolist() == a
    assert block.table.columns["day"][0] == numpy.datetime64("2021-03-04", "s")
    assert told in block.table.notes[0]


def test_another_encoding_is_read_right_and_told(tmp_path: Path) -> None:
    (block,) = blocks(tmp_path, "a;day;town\n1;04.03.2021;Köln\n".encode("cp1252"))
    assert block.table.columns["town"].tolist() == ["Köln"]
    assert "encoding 'cp1252' instead of 'utf-8'" in block.table.notes[0]


def test_a_missing_column_is_left_to_the_engine_and_others_are_named(tmp_path: Path) -> None:
    (block,) = blocks(tmp_path, "day;town;shop;y\n04.03.2021;Ulm;A;what\n")
    assert list(block.table.columns) == ["day", "town"]
    assert block.others == ("shop",)


@pytest.mark.parametrize("name", ["n.csv", "n.csv.gz", "n.db", "n.parquet"])
def test_blocks_hold_the_rows_in_order(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 500
    cells = [(row, f"2021-03-{1 + row % 28:02}", f"t{row % 9}") for row in range(count)]
    text = "a,day,town\n" + "".join(f"{a},{day},{town}\n" for a, day, town in cells)
    if name == "n.db":
        with sqlite3.connect(tmp_path / name) as connection:
            connection.execute("CREATE TABLE t (a INTEGER, day TEXT, town TEXT)")
            connection.executemany("INSERT INTO t VALUES (?, ?, ?)", cells)
        connection.close()
        content = (tmp_path / name).read_bytes()
    elif name == "n.parquet":
        import duckdb

        (tmp_path / "t.csv").write_text(text)
        duckdb.execute(f"COPY (FROM read_csv('{tmp_path}/t.csv')) TO '{tmp_path / name}'")
        content = (tmp_path / name).read_bytes()
    else:
        import gzip

        content = gzip.compress(text.encode()) if name.endswith("gz") else text.encode()
    monkeypatch.setattr(text_blocks, "BLOCK", 1000)
    monkeypatch.setattr(new_blocks, "ROWS", 60)
    found, before, packed = list[Block](), 0, ".csv" not in name
    for block in blocks(tmp_path, content, "plain", name):
        assert block.where is not None
        place = f"{tmp_path / name}: row {before + 2}" if packed else f"{tmp_path / name}:{before + 3}"
        assert block.where(1) == place
        before += block.table.rows
        found.append(block)
    assert len(found) > 5
    together: dict[str, Array] = {key: numpy.concatenate([each.table.columns[key] for each in found]) for key in KINDS}
    assert together["a"].tolist() == list(range(count))
    assert together["town"].tolist() == [town for *_, town in cells]
    shares = [each.share for each in found]
    assert shares == sorted(shares)
    assert shares[-1] == 1
