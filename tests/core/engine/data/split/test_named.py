"""Parts that a column names: the usual spellings, and an error with the values seen for all others."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar.config.checks.data_errors import Unfit

from tests.core.engine.data.split.laws import parts, rows_are_in_one_part_each, splits, words

Y = numpy.arange(60) * 0.5


@pytest.mark.parametrize(
    "spelled",
    [
        ("train", "validation", "test"),
        ("Training", " VALID ", "Testing"),
        ("TRAIN", "val", "holdout"),
        ("train", "dev", "test"),
    ],
)
def test_every_row_is_in_the_part_that_the_column_says(spelled: tuple[str, ...]) -> None:
    places = numpy.random.default_rng(0).integers(0, 3, 60)
    (split,) = splits({"p": words([spelled[place] for place in places])}, Y, part="p")
    assert [part.tolist() for part in parts(split)] == [numpy.flatnonzero(places == each).tolist() for each in range(3)]


def test_without_a_validation_part_it_is_drawn_from_the_training_part() -> None:
    column = words(["train"] * 50 + ["test"] * 10)
    (split,) = splits({"p": column}, Y, part="p")
    rows_are_in_one_part_each(split, 60)
    assert (len(split.train), len(split.validation)) == (40, 10)
    assert split.test.tolist() == list(range(50, 60))


def test_folds_are_made_of_the_training_part() -> None:
    column = words(["train"] * 50 + ["test"] * 10)
    found = splits({"p": column}, Y, part="p", folds=5)
    assert sorted(numpy.concatenate([split.validation for split in found]).tolist()) == list(range(50))
    assert all(split.test.tolist() == list(range(50, 60)) for split in found)
    with pytest.raises(Unfit, match=r"^data.folds: column 'p' names rows of a validation part, and folds make others"):
        splits({"p": words(["train", "val", "test"] * 20)}, Y, part="p", folds=5)


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [("is_test", "test", "train"), ("isTrain", "train", "test"), ("valid", "validation", "train")],
)
@pytest.mark.parametrize("cells", [(True, False), (1, 0), (1.0, 0.0), ("yes", "no"), ("T", "F")])
def test_yes_and_no_mean_what_the_name_of_the_column_says(name: str, yes: str, no: str, cells: tuple[Any, Any]) -> None:
    marked = numpy.arange(60) % 4 == 0
    cells_ = [cells[0] if each else cells[1] for each in marked]
    column = words(cells_) if isinstance(cells[0], str) else numpy.asarray(cells_)
    (split,) = splits({name: column}, Y, part=name)
    held = {
        "train": {*split.train.tolist()},
        "validation": {*split.validation.tolist()},
        "test": {*split.test.tolist()},
    }
    if "validation" not in (yes, no):  # which is drawn from the training part then
        held["train"] |= held["validation"]
    assert held[yes] == {*numpy.flatnonzero(marked).tolist()}
    assert held[no] == {*numpy.flatnonzero(~marked).tolist()}


@pytest.mark.parametrize(
    ("name", "cells", "message"),
    [
        ("p", ["train", "tset", "extra"], "column 'p' holds 'extra', 'tset'; write train, validation or test"),
        ("p", [1, 2, 3], "column 'p' holds '1', '2', '3'; write train, validation or test"),
        ("flag", [1, 0, 1], "column 'flag' holds yes and no, and its name does not say which part that is"),
        ("train_test", [1, 0, 1], "column 'train_test' holds yes and no, and its name does not say"),
    ],
)
def test_what_names_no_part_is_reported_with_the_values_seen(name: str, cells: list[Any], message: str) -> None:
    column = words(cells * 20) if isinstance(cells[0], str) else numpy.asarray(cells * 20)
    with pytest.raises(Unfit, match=f"^data.part: {message}"):
        splits({name: column}, Y, part=name)


def test_a_column_that_names_no_row_to_learn_from_is_refused() -> None:
    with pytest.raises(Unfit, match="leave none for the training part"):
        splits({"p": words(["val", "test"] * 30)}, Y, part="p")
