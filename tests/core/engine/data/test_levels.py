"""Categories: what transforms and data say of them reaches the inputs, and what cannot be is their mistake."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar import Data, DataError
from caviar.engine.data.prepare import Preparation, prepare
from caviar.plugin import Random, Table
from caviar.values.wrong_return import WrongReturn
from caviar_plugins import Impute, MinMax, OneHot, Standardize
from pydantic import PrivateAttr

Y = numpy.arange(40) % 2


class Given(Data):
    _table: Any = PrivateAttr()

    def read(self) -> Table:
        return self._table  # type: ignore[no-any-return]


def prepared(levels: dict[str, int], *transforms: Any, **columns: Any) -> tuple[Any, Preparation]:
    data = Given()
    data._table = Table({**columns, "y": Y}, ("y",), levels=levels)
    (dataset,), (preparation,) = prepare(data, transforms, "float32", Random(1))
    return dataset, preparation


def test_images_words_flags_and_codes_are_known_to_the_model() -> None:
    words = numpy.array(["a", "b", "c", None] * 10, dtype=object)
    images = numpy.random.default_rng(0).integers(0, 256, (40, 2, 3)).astype(numpy.uint8)
    codes = numpy.arange(40) % 6 - 1
    columns = {"images": images, "word": words, "flag": Y == 0, "code": codes}
    dataset, _ = prepared({"code": 5}, Impute(), OneHot(), Standardize(), **columns)
    described = [(each.name, each.kind, each.shape, each.levels) for each in dataset.inputs.columns]
    assert described == [
        ("images", "number", (2, 3), 0),
        ("word", "category", (4,), 4),
        ("flag", "flag", (), 0),
        ("code", "category", (), 5),
    ]
    assert dataset.x.shape == (40, dataset.inputs.width)
    assert (dataset.x[:, -1] == codes).all(), "codes are not scaled"


@pytest.mark.parametrize("scaling", [Standardize(), MinMax(), Impute()])
def test_an_image_is_prepared_to_the_bits_of_its_flat_row(scaling: Any) -> None:
    images = numpy.random.default_rng(0).normal(size=(40, 4, 5)).astype(numpy.float32)
    shaped, flat = (prepared({}, scaling, x=each)[0].x for each in (images, images.reshape(40, 20)))
    numpy.testing.assert_array_equal(shaped, flat)


def test_rows_to_predict_may_be_flat_and_not_of_another_shape() -> None:
    images = numpy.random.default_rng(0).normal(size=(40, 4, 5))
    dataset, preparation = prepared({}, Standardize(), x=images)
    flat = preparation.inputs(Table({"x": images.reshape(40, 20)}, ()), "float32")
    numpy.testing.assert_array_equal(flat, dataset.x)
    with pytest.raises(DataError, match=r"have the shape \(2, 10\); the model was trained on \(4, 5\)"):
        preparation.inputs(Table({"x": images.reshape(40, 2, 10)}, ()), "float32")


@pytest.mark.parametrize(
    ("levels", "column", "told"),
    [
        ({"x": 3}, Y * 3, "codes from 0 to 3; they must be from -1 to 2"),
        ({"x": 3}, Y - 2, "codes from -2 to -1"),
        ({"x": 3}, Y * 1.0, "it holds float64"),
        ({"x": 3}, numpy.zeros((40, 2), dtype=bool), "instead of (3,)"),
        ({"x": 2}, numpy.ones((40, 2), dtype=bool), "more than one of its flags"),
        ({"x": 0}, Y, "at least one"),
    ],
)
def test_an_invalid_category_is_reported_as_its_plugins_mistake(levels: Any, column: Any, told: str) -> None:
    with pytest.raises(WrongReturn) as error:
        prepared(levels, x=column)
    assert told in str(error.value)
    assert isinstance(error.value.plugin, Given)


def test_a_code_that_training_cannot_have_had_is_refused_in_new_rows() -> None:
    _, preparation = prepared({"x": 3}, x=Y)
    with pytest.raises(DataError, match="category of 3 levels, but it holds codes from 7 to 7"):
        preparation.inputs(Table({"x": numpy.asarray([7])}, ()), "float32")
