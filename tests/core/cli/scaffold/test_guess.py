"""Guesses about a table."""

from __future__ import annotations

import pytest
from caviar.cli.scaffold.guess import guess_target


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
