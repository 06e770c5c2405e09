"""The MLP's compiled pass for prediction: what plain code gives, whoever else is in the population."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import VariantChoice, compiled, plain
from caviar.plugin import Array, Inputs, ModelContext, Views, lay_out, size_of
from caviar_plugins import MLP, BatchNorm, NoNormalizer
from hypothesis import given, settings
from hypothesis import strategies as some

pytest.importorskip("numba")

NORMALIZERS = (BatchNorm(), BatchNorm(epsilon=0.3, corrected=True), NoNormalizer())


def predicted(form: VariantChoice, shape: dict[str, Any], parameters: Array, statistics: Array, x: Array) -> Array:
    """Outputs of members whose parameters are the rows of `parameters`; nothing given may be changed."""
    declared: tuple[Any, Any] = MLP(units=shape["units"], dropout=0.5), shape["normalizer"]
    model, normalizer = (bind([each] * len(parameters), x.dtype.name, lambda array: array, form) for each in declared)
    inputs = Inputs.block(x.shape[1])
    layouts = [lay_out(each) for each in model.layout(inputs, shape["outputs"], normalizer)]
    given = [Views(numpy.array(each), layout) for each, layout in zip((parameters, statistics), layouts, strict=True)]
    with numpy.errstate(all="ignore"):
        output, _ = model.forward(*given, x[None], ModelContext(False, normalizer, model.activation, inputs=inputs))
    numpy.testing.assert_array_equal(given[0].buffer, parameters)
    numpy.testing.assert_array_equal(given[1].buffer, statistics)
    return numpy.asarray(output)


def drawn(shape: dict[str, Any], inputs: int, rows: int, dtype: str, members: int) -> tuple[Array, Array, Array]:
    random = numpy.random.default_rng(5)
    layouts = MLP(units=shape["units"]).layout(Inputs.block(inputs), shape["outputs"], shape["normalizer"])
    parameters = random.normal(0.1, 0.5, (members, size_of(lay_out(layouts[0]))))
    statistics = random.uniform(0.3, 2.0, (members, size_of(lay_out(layouts[1]))))
    x = random.normal(0.3, 2.0, (rows, inputs))
    return parameters.astype(dtype), statistics.astype(dtype), x.astype(dtype)


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(
    units=some.lists(some.integers(1, 70), min_size=1, max_size=3).map(tuple),
    outputs=some.integers(1, 30),
    normalizer=some.sampled_from(NORMALIZERS),
    inputs=some.integers(1, 40),
    rows=some.integers(1, 130),
    dtype=some.sampled_from(["float32", "float64"]),
)
def test_it_is_the_plain_pass_to_rounding(inputs: int, rows: int, dtype: str, **shape: Any) -> None:
    arrays = drawn(shape, inputs, rows, dtype, 3)
    plainly, quickly = (predicted(form, shape, *arrays) for form in (plain, compiled))
    close = 1e-12 if dtype == "float64" else 1e-5
    numpy.testing.assert_allclose(quickly, plainly, rtol=close, atol=close * numpy.abs(plainly).max())


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_a_member_has_the_same_bits_alone_and_among_64(normalizer: Any) -> None:
    shape = {"units": (40, 24), "outputs": 26, "normalizer": normalizer}
    parameters, statistics, x = drawn(shape, 16, 512, "float32", 64)
    together = predicted(compiled, shape, parameters, statistics, x)
    for member in (0, 31, 63):
        alone = predicted(compiled, shape, parameters[[member]], statistics[[member]], x)
        numpy.testing.assert_array_equal(alone[0], together[member])


@pytest.mark.parametrize("normalizer", NORMALIZERS)
@pytest.mark.parametrize("wrong", [numpy.nan, numpy.inf])
def test_numbers_that_are_none_come_through_and_stay_with_their_member(normalizer: Any, wrong: float) -> None:
    shape = {"units": (9, 7), "outputs": 3, "normalizer": normalizer}
    parameters, statistics, x = drawn(shape, 4, 20, "float32", 3)
    expected = predicted(compiled, shape, parameters, statistics, x)
    parameters[1, 0] = wrong  # of the first layer's weights alone: the others must pass on what comes of it
    found, plainly = (predicted(form, shape, parameters, statistics, x) for form in (compiled, plain))
    numpy.testing.assert_array_equal(numpy.isfinite(found), numpy.isfinite(plainly))
    assert not numpy.isfinite(found[1]).all()
    numpy.testing.assert_array_equal(found[[0, 2]], expected[[0, 2]])
