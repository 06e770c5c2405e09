"""periodic: the laws of embeddings, its formula, and what it takes."""

from __future__ import annotations

from math import cos, pi
from typing import Any

import numpy
import pytest
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import compiled, plain
from caviar.plugin import Array, InputColumn, Inputs, Views, lay_out, size_of
from caviar.testing import EmbeddingContract, bound
from caviar_plugins import Periodic

FORMS = (plain, compiled)


class TestPeriodic(EmbeddingContract):
    embedding = Periodic(frequencies=3, width=3, sigma=0.4)


class TestPeriodicWithoutLinear(EmbeddingContract):
    embedding = Periodic(frequencies=3, linear=False)


class TestPeriodicOfOneFrequency(EmbeddingContract):
    embedding = Periodic(frequencies=1, width=2)
    inputs = Inputs.of([InputColumn("a", "number")])


def test_a_number_becomes_a_linear_function_of_its_cosines_beside_itself() -> None:
    embedding, inputs = Periodic(frequencies=2, width=2, sigma=0.5), Inputs.block(2)
    layout = lay_out(embedding.layout(inputs)[0])
    own = Views(numpy.arange(1.0, 1 + size_of(layout))[None] / 7, layout)
    x = numpy.asarray([[[0.25, -0.5]]])
    output, _ = bound([embedding]).forward(own, x, inputs)
    expected = []
    for j, value in enumerate(x[0, 0]):
        waves = [cos(2 * pi * 0.5 * own["frequency"][0, j, k] * value + own["phase"][0, j, k]) for k in range(2)]
        mixed = sum(wave * own["weight"][0, j, k, 0] for k, wave in enumerate(waves))
        expected += [mixed + own["bias"][0, j, 0], value]
    numpy.testing.assert_allclose(output[0, 0], expected, rtol=1e-14)


def test_members_have_a_sigma_each() -> None:
    inputs = Inputs.block(1)
    members = [Periodic(frequencies=2, linear=False, sigma=sigma) for sigma in (0.1, 1.0)]
    layout = lay_out(members[0].layout(inputs)[0])
    parameters = Views(numpy.ones((2, size_of(layout))), layout)
    output, _ = bound(members).forward(parameters, numpy.ones((1, 1, 1)), inputs)
    assert output[:, 0, 0].tolist() == pytest.approx([cos(2 * pi * 0.1 + 1), cos(2 * pi + 1)])


def test_at_the_published_sigma_frequencies_move_as_far_as_phases() -> None:
    rates = {slot.name: slot.rate for slot in Periodic().layout(Inputs.block(1))[0]}
    assert rates["frequency"] * Periodic().sigma == pytest.approx(rates["phase"])


def test_it_takes_numbers_alone_and_blocks_of_them() -> None:
    columns = [InputColumn("a", "number"), InputColumn("b", "flag"), InputColumn("c", "category", (3,), 3)]
    assert [column.name for column in (*columns, InputColumn("d", "number", (4,))) if Periodic().takes(column)] == [
        "a",
        "d",
    ]


@pytest.mark.parametrize("sigma", [0.1, 2.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_its_compiled_form_computes_the_same(dtype: str, sigma: float) -> None:
    pytest.importorskip("numba")
    inputs = Inputs.block(5)
    members = [Periodic(sigma=sigma / (member + 1)) for member in range(3)]
    layout = lay_out(members[0].layout(inputs)[0])
    parameters = Views(numpy.random.default_rng(0).normal(size=(3, size_of(layout))).astype(dtype), layout)
    random = numpy.random.default_rng(1)
    close = 1e-13 if dtype == "float64" else 1e-6 * max(1.0, 5 * sigma)  # an angle's rounding grows with it
    for x in (random.normal(size=(1, 33, 5)).astype(dtype), random.normal(size=(3, 33, 5)).astype(dtype)):
        plainly, quickly = (_step(bind(members, dtype, lambda array: array, form), x, parameters) for form in FORMS)
        for found, expected in zip(quickly, plainly, strict=True):
            scale = numpy.abs(expected).max()
            numpy.testing.assert_allclose(found, expected, rtol=0, atol=close * scale)
        for member in range(3):
            own = Views(parameters.buffer[[member]], layout)
            alone = bind([members[member]], dtype, lambda array: array, compiled)
            for found, together in zip(_step(alone, x[[member % len(x)]], own), quickly, strict=True):
                numpy.testing.assert_array_equal(found[0], together[member])


def _step(embedding: Any, x: Array, parameters: Views) -> tuple[Array, Array]:
    gradients = Views(numpy.zeros_like(parameters.buffer), parameters.layout)
    output, cache = embedding.forward(parameters, x, Inputs.block(5))
    embedding.backward(numpy.cos(output), cache, parameters, gradients)
    return output, gradients.buffer
