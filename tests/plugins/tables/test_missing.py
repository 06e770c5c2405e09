"""Codes for missing: numbers are compared as numbers, and a code that nothing equals is said."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar.plugin import Table
from caviar_plugins import Memory, TableFile
from caviar_plugins.tables.engine import connected, scratch
from caviar_plugins.tables.missing import is_missing, present

ROWS = 30


def written(folder: Path, code: str, separator: str = ",", decimal: str = ".") -> Path:
    """A file of fractions, whole numbers and classes, in which every fifth number is missing."""
    lines = [separator.join(("a", "b", "y"))]
    for row in range(ROWS):
        fraction = code if row % 5 == 0 else f"{row}{decimal}{row + 11}"
        lines.append(separator.join((fraction, str(row * 7 % 11), "uv"[row % 2])))
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    return folder / "t.csv"


def read(path: Path, *missing: str) -> Table:
    return TableFile(path=path, target="y", missing=missing).read()


@pytest.mark.parametrize("code", ["-999", "-999,0"])
def test_a_code_among_decimal_commas_is_suspected(tmp_path: Path, code: str) -> None:
    notes = TableFile(path=written(tmp_path, code, ";", ","), target="y").head().notes
    assert notes == (f"{code} in 'a' may mean missing: missing = [\"{code}\"] in [data]",)


@pytest.mark.parametrize("cell", ["-999", "-999.0", "-999.00", "-999.000000"])
@pytest.mark.parametrize("code", ["-999", "-999.0"])
def test_codes_of_text_are_compared_as_numbers(tmp_path: Path, cell: str, code: str) -> None:
    column = read(written(tmp_path, cell), code).columns["a"]
    assert (numpy.isnan(column) == (numpy.arange(ROWS) % 5 == 0)).all()


@pytest.mark.parametrize("code", ["-999", "-999.0", "-999,0"])
def test_codes_are_compared_as_numbers_among_decimal_commas(tmp_path: Path, code: str) -> None:
    assert numpy.isnan(read(written(tmp_path, "-999,0", ";", ","), code).columns["a"]).sum() == ROWS / 5


@pytest.mark.parametrize(
    ("cell", "code", "missing"),
    [
        ("-9", "-9", True),
        ("-9,000", "-9", False),
        ("-9.000", "-9", False),
        ("-9.000", "-9.000", True),
        ("-90", "-9", False),
        ("0099", "99", False),
        ("99.50", "99.5", True),
        ("99.51", "99.5", False),
        ("UNKNOWN", "unknown", True),
        ("-9x0", "-9.0", False),
    ],
)
def test_other_numbers_and_thousands_are_no_codes(cell: str, code: str, missing: bool) -> None:
    with scratch() as folder, connected(folder) as connection:
        query = f"SELECT ({present('c', [code])}) IS NULL FROM (SELECT ? AS c)"
        assert connection.execute(query, [cell]).fetchone() == (missing,)
    assert is_missing(cell, [code]) == missing


def test_a_code_that_no_cell_equals_is_said(tmp_path: Path) -> None:
    data = TableFile(path=written(tmp_path, "-999.0"), target="y", missing=("-999", "-99", "NA", "unknown"))
    said = "of missing in [data] is for other rows: no cell of the 30 rows looked at equals it"
    assert data.head().notes == (f'the code "-99" {said}', f'the code "unknown" {said}')


def test_a_code_that_no_cell_of_a_data_frame_equals_is_said() -> None:
    words = numpy.asarray(["a", "unknown", "b"] * 10, dtype=object)
    columns = {"n": numpy.arange(-99, -69), "f": numpy.full(30, 2.5), "w": words, "y": numpy.arange(30) % 2}
    codes = ("-99", "-98.0", "2,5", "Unknown", "-1", "none", "nobody")
    notes = Memory(missing=codes).holding(Table(columns, ("y",))).read().notes
    said = "of Memory.missing is for other rows: no cell of the 30 rows looked at equals it"
    assert [note for note in notes if "the code" in note] == [f'the code "-1" {said}', f'the code "nobody" {said}']
