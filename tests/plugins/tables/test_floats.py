"""Numbers that are read without being text first are bit for bit those that text gives, mistakes too."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import DataError
from caviar_plugins import TableFile
from caviar_plugins.tables import cells, text_cells
from caviar_plugins.tables.arrays import arrays
from caviar_plugins.tables.reading import readings
from caviar_plugins.tables.source import PLAIN, opened

CELLS = (
    *("1", "+1", "-1", "1.", ".5", "-.5", "1e5", "1E-5", "0012", " 1.5", "1.5 ", '"1.5"', "-0", "4.35", "1e-400"),
    *("0.1000000000000000055511151231257827", "2.2250738585072011e-308", "5e-324", "", " ", "NA", "?", "-"),
    *("inf", "-Infinity", "nan", "NaN", "1e400", "1e39", "9007199254740993", "123456789012345678901", "1_000", "1_0.5"),
    *(
        "1e1_0",
        "0x10",
        "1d5",
        "1,5",
        '"1,5"',
        "1 000",
        "true",
        "12:30",
        "2020-01-01",
        "$1",
        "1%",
        "(1)",
        "½",
        "\u00a01.5",
    ),
)


def read(path: Path, floats: Collection[str]) -> Any:
    try:
        with opened(path, PLAIN, (), None, ("y",), floats) as file:
            return arrays(file.cells, readings(file.cells, {}, ".", ",", (), None))
    except DataError as error:
        return str(error)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_becomes_what_its_text_becomes(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(f"{number / 7},w,{number}.5\n" for number in range(20))
    path.write_text(f"a,word,y\n{rows}{cell},w,1.5\n{rows}")
    at_once, as_text = read(path, {"a", "y"}), read(path, ())
    if isinstance(as_text, str):
        assert at_once == as_text
        return
    assert at_once[1] == as_text[1]
    assert list(at_once[0]) == list(as_text[0])
    for ours, theirs in zip(at_once[0].values(), as_text[0].values(), strict=True):
        assert ours.dtype == theirs.dtype
        if ours.dtype == object:
            assert ours.tolist() == theirs.tolist()
        else:
            numpy.testing.assert_array_equal(ours.view("int64"), theirs.view("int64"))


def test_columns_with_fractions_in_the_first_rows_are_never_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n" + "".join(f"{number / 7},{number},{number % 3}\n" for number in range(99)))
    found: list[tuple[str, ...]] = []
    read = text_cells.text_cells

    def noted(*given: Any) -> cells.Cells:
        made = read(*given)
        found.append(tuple(made.types))
        return made

    monkeypatch.setattr("caviar_plugins.tables.source.text_cells", noted)
    table = TableFile(path=path, target="y").read()
    assert found[-1] == ("number", "text", "text")
    assert [column.dtype.kind for column in table.columns.values()] == ["f", "i", "i"]


def test_line_ends_of_several_kinds_do_not_hide_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,y\r\n0.5,1.5\n0.25,2.5\r\n0.75,3.5\n")
    columns, _ = read(path, {"a", "y"})
    assert columns["a"].tolist() == [0.5, 0.25, 0.75]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_the_fast_parser_reads_every_kind_of_line_end(end: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"a,b,y{end}0.5,1,x{end}".encode())
    for floats in ((), ("a",)):
        with opened(path, PLAIN, (), None, ("y",), floats) as file:
            assert file.cells.connection.execute("SELECT c0, c1, c2 FROM t").fetchall() == [
                (0.5 if floats else "0.5", "1", "x")
            ]
            assert file.cells.first == (0 if floats else 1), "written anew by the exact parser"
