"""Guesses about a table."""

from __future__ import annotations

import pytest
from caviar.cli.scaffold.guess import guess_splits, guess_target
from caviar.plugin import ColumnHead, Head


@pytest.mark.parametrize(
    ("columns", "target", "by", "runner_up"),
    [
        ("longitude median_house_value ocean_proximity", "median_house_value", "its name", "ocean_proximity"),
        ("species island sex", "species", "its name", "sex"),
        ("value price target x", "target", "its name", "price"),
        ("a salePrice b", "salePrice", "its name", "b"),
        ("classes labels y2 b", "b", "its place", "y2"),
        ("a", "a", "its place", None),
        ("price x y z", "price", "its name", "z"),  # diamonds: lengths of a stone
        ("x y", "y", "its name", "x"),
        ("default student balance income", "default", "its name", "income"),
    ],
)
def test_a_telling_name_goes_before_the_last_place(columns: str, target: str, by: str, runner_up: str | None) -> None:
    guess = guess_target(columns.split())
    assert (guess.target, guess.by, guess.runner_up) == (target, by, runner_up)


@pytest.mark.parametrize(
    ("column", "key"),
    [
        (ColumnHead("patient", "words", distinct=40), "group"),
        (ColumnHead("customer_id", "numbers", distinct=40, whole=True), "group"),
        (ColumnHead("day", "dates", distinct=100), "time"),
        (ColumnHead("unitid", "numbers", distinct=70, whole=True), "group"),
        (ColumnHead("amount_paid", "numbers", distinct=70, whole=True), None),
        (ColumnHead("gridid", "numbers", distinct=20, whole=True), None),
        (ColumnHead("patient", "words", distinct=110), None),  # hardly a patient has two rows
        (ColumnHead("group", "words", distinct=3), None),
        (ColumnHead("color", "words", distinct=40), None),
        (ColumnHead("user", "numbers", distinct=40), None),
        (ColumnHead("user", "words", distinct=40, missing=True), None),
        (ColumnHead("day", "dates", distinct=100, missing=True), None),
    ],
)
def test_a_column_of_repeated_names_or_of_dates_may_split_rows(column: ColumnHead, key: str | None) -> None:
    head = Head((ColumnHead("x", "numbers"), column), (ColumnHead("y", "numbers"),), 120)
    assert [(each, name) for each, name, _ in guess_splits(head)] == ([(key, column.name)] if key else [])


@pytest.mark.parametrize(("distinct", "keys"), [(5, []), (6, ["group"]), (7, ["group", "time"])])
def test_splits_that_five_folds_and_a_test_part_cannot_have_are_not_suggested(distinct: int, keys: list[str]) -> None:
    columns = ColumnHead("patient", "words", distinct=distinct), ColumnHead("day", "dates", distinct=distinct)
    head = Head(columns, (ColumnHead("y", "numbers"),), 100)
    assert [key for key, *_ in guess_splits(head)] == keys
