"""What is decided about a table where its cells leave it open, and the setting that overrules it."""

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar_plugins import TableFile

from tests.plugins.data.tables import table_of


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
