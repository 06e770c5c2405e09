"""Values side by side in as little room as there is."""

from __future__ import annotations

import pytest
from caviar.plugin import Column, Columns, Dimension, Space, Trial
from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log

RATE, FIRST, UNITS, PLACE = "optimizer.adam.learning_rate", "optimizer.adam.beta1", "model.units", "normalizer"
SPACE = Space(
    (
        Dimension(PLACE, Log(1, 9)),
        Dimension(FIRST, Beta(0.8, 0.99999), tier=4),
        Dimension(RATE, Log(1e-6, 1.0), tier=1),
        Dimension(UNITS, Log(1, 512), tier=2),
        Dimension("optimizer.sgd.learning_rate", Log(1e-6, 1.0), tier=1),
    )
)
TRIALS = [
    Trial(0, 0, (), {PLACE: "batchnorm", RATE: 0.000123456789, UNITS: 64, FIRST: 0.99954321}),
    Trial(1, 0, (), {PLACE: "batchnorm", RATE: 0.0987654321, UNITS: 128, FIRST: 0.87654321}),
]
GIVEN = [Column("trial", ("0", "1")), Column("validation.accuracy", ("0.9123", "0.9"))]


def fitting(width: int) -> Columns:
    return Columns.fitting(GIVEN, SPACE, TRIALS, width)


def cells(columns: Columns) -> list[tuple[str, ...]]:
    return [column.cells for column in columns.values]


def test_where_there_is_room_headings_are_whole_and_values_in_their_samplers_words() -> None:
    columns = fitting(200)
    assert [column.head for column in columns.values] == ["normalizer", "beta1", "adam.learning_rate", "units"]
    assert columns.given == tuple(GIVEN)
    assert cells(columns)[2] == ("0.000123457", "0.0987654")
    assert cells(columns)[1] == ("0.999543 (averages ~2,189 steps)", "0.876543 (averages ~8 steps)")
    assert (columns.rounded, columns.note) == (False, "")
    assert fitting(columns.width) == columns


def test_with_less_room_headings_are_broken_then_numbers_rounded() -> None:
    broken = fitting(fitting(200).width - 1)
    columns = fitting(broken.width - 1)
    for each in (broken, columns):
        heads = [column.head for column in (*each.given, *each.values)]
        assert heads == ["trial", "validation.\naccuracy", "normalizer", "beta1", "adam.\nlearning_\nrate", "units"]
    assert cells(broken) == cells(fitting(200))
    assert not broken.rounded
    assert cells(columns) == [("batchnorm",) * 2, ("0.99954", "0.8765"), ("0.0001235", "0.09877"), ("64", "128")]
    assert columns.rounded
    assert columns.note == ""


def test_what_has_no_room_is_reported_and_what_is_the_same_everywhere_goes_first_then_the_last_tier() -> None:
    whole = fitting(80).width
    told = [fitting(width).left_out for width in (whole, whole - 1, whole - 13, whole - 22)]
    assert told == [(), ("normalizer",), ("normalizer", "beta1"), ("normalizer", "beta1", "units")]
    assert fitting(whole - 13).note == "Not shown: normalizer, beta1; use a wider terminal."
    assert fitting(0).values == ()


@pytest.mark.parametrize("width", range(20, 120))
def test_nothing_is_left_out_that_would_have_room(width: int) -> None:
    columns = fitting(width)
    heads = {column.head.replace("\n", "") for column in columns.values}
    assert heads | set(columns.left_out) == {"normalizer", "adam.learning_rate", "units", "beta1"}
    assert columns.width <= width or not columns.values
    narrow = fitting(80)
    missing = [column.width + 2 for column in narrow.values if column.head.replace("\n", "") in columns.left_out]
    assert all(columns.width + each > width for each in missing)


def test_a_heading_is_as_wide_as_the_cells_allow() -> None:
    assert Column("batch_size", ("256",)).narrowed.head == "batch_\nsize"
    assert Column("batch_size", ("0.0123456",)).narrowed.head == "batch_\nsize"
    assert Column("batch_size", ("0.01234567",)).narrowed.head == "batch_size"
    assert Column("__of_mine", ("0",)).narrowed.head == "__\nof_\nmine"
