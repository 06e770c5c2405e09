"""The same table in every format that is read: the same columns, whatever file they come from."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pytest
from caviar.plugin import DataError, Table
from caviar_plugins import TableFile
from caviar_plugins.tables.source import SUFFIXES

NAMES = ("amount", "count", "town", "day", "member", "kind")
ROWS = [
    (n * 1.25, None if n % 7 == 0 else n % 5, ("Ulm", "Köln", None)[n % 3], DAY, n % 2 == 0, ("tea", "book")[n % 2])
    for n in range(40)
    for DAY in [datetime(2021, 3, 1) + timedelta(days=n % 9)]
]


def as_text(separator: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=separator).writerows([NAMES, *ROWS])

    return write


def as_gzip(path: Path) -> None:
    as_text(",")(path.with_suffix(""))
    path.write_bytes(gzip.compress(path.with_suffix("").read_bytes()))


def by_duckdb(options: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        text = path.with_name("plain.csv")
        as_text(",")(text)
        duckdb.execute(f"COPY (SELECT * FROM read_csv('{text}')) TO '{path}' ({options})")

    return write


def as_json_lines(path: Path) -> None:
    lines = (json.dumps(dict(zip(NAMES, row, strict=True)), default=str, ensure_ascii=False) for row in ROWS)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def as_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE sales (amount REAL, count INTEGER, town TEXT, day TEXT, member TEXT, kind TEXT)")
    rows = [(*row[:3], str(row[3]), str(row[4]), row[5]) for row in ROWS]
    connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


def as_sheet(path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: pip install 'caviar-ml[excel]'")
    book = openpyxl.Workbook()
    for row in (NAMES, *ROWS):
        book.active.append(row)
    book.create_sheet("notes").append(["nothing"])
    book.save(path)


def as_arrow(path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'caviar-ml[arrow]'")
    columns: dict[str, Sequence[Any]] = dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))
    __import__("pyarrow.feather").feather.write_feather(pyarrow.table(columns), path)


WRITERS: dict[str, Callable[[Path], None]] = {
    "csv": as_text(","),
    "tsv": as_text("\t"),
    "txt": as_text(";"),
    "csv.gz": as_gzip,
    "csv.zst": by_duckdb("FORMAT csv, COMPRESSION zstd"),
    "parquet": by_duckdb("FORMAT parquet"),
    "jsonl": as_json_lines,
    "ndjson": as_json_lines,
    "sqlite": as_database,
    "sqlite3": as_database,
    "db": as_database,
    "xlsx": as_sheet,
    "arrow": as_arrow,
    "feather": as_arrow,
}


def table(folder: Path, suffix: str) -> TableFile:
    path = folder / f"sales.{suffix}"
    WRITERS[suffix](path)
    return TableFile(path=path, target="kind")


def test_every_suffix_is_tried() -> None:
    assert set(SUFFIXES) == {suffix for suffix in WRITERS if "." not in suffix}


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_format_gives_the_columns_that_were_written(suffix: str, tmp_path: Path) -> None:
    data = table(tmp_path, suffix)
    for read in (data.read(), data.decided().read_rows(["town", "kind"])):
        assert_written(read)
    head = data.head()
    assert [(each.name, each.kind) for each in head.features] == list(
        zip(NAMES[:5], ("numbers", "numbers", "words", "dates", "flags"), strict=True)
    )
    assert (head.rows, head.exact) == (40, True)


def assert_written(read: Table) -> None:
    amount, count, town, day, member, kind = zip(*ROWS, strict=True)
    assert tuple(read.columns) == NAMES
    numpy.testing.assert_array_equal(read.columns["amount"], amount)
    numpy.testing.assert_array_equal(read.columns["count"], [numpy.nan if n is None else n for n in count])
    numpy.testing.assert_array_equal(read.columns["day"], numpy.asarray(day, dtype="datetime64[s]"))
    assert read.columns["town"].tolist() == list(town)
    assert read.columns["member"].tolist() == list(member)
    assert read.columns["member"].dtype == bool
    assert read.columns["kind"].tolist() == list(kind)


@pytest.mark.parametrize(
    ("suffix", "module", "extra"),
    [("xlsx", "openpyxl", "excel"), ("arrow", "pyarrow", "arrow"), ("feather", "pyarrow", "arrow")],
)
def test_a_format_whose_library_is_not_installed_names_the_extra(
    suffix: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (module, f"{module}.feather"):
        monkeypatch.setitem(sys.modules, name, None)
    path = tmp_path / f"t.{suffix}"
    path.write_bytes(b"any")
    with pytest.raises(DataError) as error:
        TableFile(path=path, target="kind").read()
    assert str(error.value) == f"{path}: reading it needs '{module}'; pip install 'caviar-ml[{extra}]'"


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_file_of_another_format_or_none_is_an_error_that_names_it(suffix: str, tmp_path: Path) -> None:
    if suffix == "xlsx":
        pytest.importorskip("openpyxl", reason="openpyxl is not installed: pip install 'caviar-ml[excel]'")
    path = tmp_path / f"t.{suffix}"
    data = TableFile(path=path, target="kind")
    with pytest.raises(DataError, match=r"^\S+: there is no such file$"):
        data.read()
    path.write_bytes(b"\x00\xffPK neither this nor that\n" * 9)
    with pytest.raises(DataError) as error:
        data.read()
    assert str(error.value).startswith(f"{path}")


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    data = table(tmp_path, "xlsx")
    assert TableFile(path=data.path, target="nothing", table="notes").names() == ("nothing",)
    with pytest.raises(
        DataError, match=r'there is no sheet \'note\'; set table = "…" in \[data\]; there are Sheet, notes'
    ):
        TableFile(path=data.path, target="kind", table="note").read()


def test_numbers_that_name_the_rows_and_codes_for_missing_are_seen_in_typed_files_too(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    rows = "SELECT i AS row_id, CASE WHEN i % 8 = 0 THEN -999 ELSE i END AS n, i % 2 = 0 AS y FROM range(40) t(i)"
    duckdb.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    data = TableFile(path=path, target="y")
    assert (
        data.head().notes
        == data.read().notes
        == (
            "-999 in 'n' may mean missing: missing = [\"-999\"] in [data]",
            "'row_id' (id, all different) is ignored; to read it: columns = { row_id = \"category\" } in [data]",
        )
    )
    assert list(data.read().columns) == ["n", "y"]
    said = data.model_copy(update={"missing": ("-999",), "columns": {"row_id": "category"}}).read()
    numpy.testing.assert_array_equal(said.columns["n"], [numpy.nan if n % 8 == 0 else n for n in range(40)])
    assert said.columns["row_id"].tolist() == [str(n) for n in range(40)]
    with pytest.raises(DataError, match="column 'n' holds numbers, which cannot be read as 'date'"):
        data.model_copy(update={"columns": {"n": "date"}}).read()


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "csv.zst", "parquet", "jsonl"])
def test_a_file_whose_path_looks_like_a_pattern_or_a_partition_is_read_alone(tmp_path: Path, suffix: str) -> None:
    """duckdb would read rows1 instead of rows[1], and make a column of year=2021."""
    folder = tmp_path / "year=2021"
    folder.mkdir()
    for name, amount in (("rows[1]", 1.5), ("rows1", 7.5)):
        text = f"(SELECT {amount} AS amount, range AS y FROM range(30))"
        written = {"parquet": "FORMAT parquet", "jsonl": "FORMAT json", "csv.gz": "COMPRESSION gzip"}.get(suffix, "")
        written = "COMPRESSION zstd, FORMAT csv" if suffix == "csv.zst" else written or "FORMAT csv"
        duckdb.execute(f"COPY {text} TO '{folder / 'plain'}' ({written})")
        (folder / "plain").rename(folder / f"{name}.{suffix}")
    table = TableFile(path=folder / f"rows[1].{suffix}", target="y").read()
    assert set(table.columns) == {"amount", "y"}
    assert table.columns["amount"].tolist() == [1.5] * 30
