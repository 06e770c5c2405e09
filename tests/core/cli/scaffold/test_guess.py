"""Guesses about a table."""

from __future__ import annotations

import pytest
from caviar.cli.scaffold.guess import guess_target, teaches_nothing
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
    ],
)
def test_a_telling_name_goes_before_the_last_place(columns: str, target: str, by: str, runner_up: str | None) -> None:
    guess = guess_target(columns.split())
    assert (guess.target, guess.by, guess.runner_up) == (target, by, runner_up)


@pytest.mark.parametrize(
    ("column", "nothing"),
    [
        (ColumnHead("customer_id", "numbers", whole=True, distinct=50), True),
        (ColumnHead("name", "words", distinct=50), True),
        (ColumnHead("income", "numbers", whole=True, distinct=50), False),
        (ColumnHead("width", "numbers", distinct=50), False),
        (ColumnHead("id", "numbers", whole=True, distinct=7), False),
        (ColumnHead("name", "words", distinct=49), False),
    ],
)
def test_what_only_names_the_rows_teaches_nothing(column: ColumnHead, nothing: bool) -> None:
    assert bool(teaches_nothing(Head((column,), (), rows=50))) is nothing


def test_in_a_few_rows_everything_may_differ() -> None:
    assert not teaches_nothing(Head((ColumnHead("name", "words", distinct=5),), (), rows=5))
