"""Inputs: offsets, width, shape, and what cannot be."""

from __future__ import annotations

import pytest
from caviar.plugin import ColumnHead, Head, InputColumn, Inputs

MIXED = Inputs.of(
    [InputColumn("age", "number"), InputColumn("town", "category", (4,), 4), InputColumn("street", "category", (), 9)]
)


def test_columns_lie_one_after_the_other() -> None:
    assert [(each.offset, each.stop) for each in MIXED.columns] == [(0, 1), (1, 5), (5, 6)]
    assert MIXED.width == 6


def test_the_shape_is_that_of_the_only_block_or_else_the_width() -> None:
    assert Inputs.block(3, 32, 32).shape == (3, 32, 32)
    assert MIXED.shape == (6,)
    assert Inputs.of([InputColumn("age", "number")]).shape == (1,)
    assert (Inputs().shape, Inputs().width) == ((0,), 0)


def test_a_head_gives_the_inputs_that_the_rows_will_have() -> None:
    columns = (ColumnHead("age", "numbers"), ColumnHead("town", "flags", (4,), levels=4))
    street = ColumnHead("street", "numbers", levels=9)
    assert Head((*columns, street), (), 10).inputs == MIXED


@pytest.mark.parametrize(
    "column",
    [
        {"kind": "category"},
        {"kind": "number", "levels": 3},
        {"kind": "category", "shape": (2,), "levels": 3},
        {"kind": "number", "shape": (0,)},
    ],
)
def test_a_column_that_cannot_be_is_refused(column: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="column 'x'"):
        InputColumn("x", **column)  # type: ignore[arg-type]


def test_gaps_between_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="'b' starts at 2; the one before it ends at 1"):
        Inputs((InputColumn("a", "number"), InputColumn("b", "number", offset=2)))
