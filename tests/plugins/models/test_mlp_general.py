"""The MLP's general compiled passes: they compute what plain code computes, for one member as for many."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy
import pytest
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import VariantChoice, compiled, plain
from caviar.plugin import Array, InputColumn, Inputs, ModelContext, Random, Streams, Views, lay_out, size_of
from caviar_plugins import (
    GELU,
    MLP,
    SELU,
    Absolute,
    BatchNorm,
    Huber,
    Mish,
    NoNormalizer,
    Periodic,
    ReLU,
    SiLU,
    SoftmaxCrossEntropy,
    Squared,
    Tanh,
    Vectors,
)

pytest.importorskip("numba")

INPUTS = Inputs.of(
    [InputColumn("age", "number"), InputColumn("town", "category", (9,), 9), InputColumn("size", "number", (2,))]
)
FRONTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a scale": {"front_scale": True},
    "embeddings": {"embedding": (Periodic(frequencies=5), Vectors(size=3)), "front_scale": True},
}
ACTIVATIONS = (ReLU(), SELU(), Mish(), GELU(), SiLU(), Tanh())
LOSSES = (
    SoftmaxCrossEntropy(smoothing=0.1),
    SoftmaxCrossEntropy(class_weights=(1.0, 2.0, 0.5)),
    Squared(),
    Absolute(),
    Huber(),
)
ROWS, OUTPUTS, MEMBERS = 23, 3, 3


def passed(
    form: VariantChoice, members: list[int], dtype: str, normalizer: Any, loss: Any, **parts: Any
) -> dict[str, Array]:
    """All numbers of one training step, and the outputs in prediction after it."""
    fields = {"layers": 2, "units": 37, **parts}
    models = [MLP(**(fields | {"dropout": parts.get("dropout", 0.0) * (member + 1)})) for member in members]
    model, norm, chosen = (
        bind(each, dtype, lambda array: array, form)
        for each in (models, [normalizer] * len(members), [loss] * len(members))
    )
    layouts = [lay_out(each) for each in model.layout(INPUTS, OUTPUTS, norm)]
    own, running = (
        Views(numpy.stack([_values(layout, member) for member in members]).astype(dtype), layout) for layout in layouts
    )
    random = numpy.random.default_rng(7)
    x = random.normal(size=(1, ROWS, INPUTS.width)).astype(dtype)
    classes = loss.task == "classification"
    target = random.integers(0, OUTPUTS, (ROWS, 1)) if classes else random.normal(size=(ROWS, OUTPUTS)).astype(dtype)
    streams = Streams.of(Random(3).child("trial", member) for member in members)
    gradients = Views(numpy.full_like(own.buffer, numpy.nan), layouts[0])
    training = ModelContext(True, norm, model.activation, streams, inputs=INPUTS)
    losses = model.differentiate(own, running, x, target, chosen, gradients, training)
    predicting = ModelContext(False, norm, model.activation, inputs=INPUTS)
    output, _ = model.forward(own, running, x, predicting)
    return {"losses": losses, "gradients": gradients.buffer, "statistics": running.buffer, "output": output}


def _values(layout: Any, member: int) -> Array:
    return numpy.random.default_rng(member).normal(0.2, 0.5, size_of(layout)) ** 2 + 0.01


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("normalizer", [NoNormalizer(), BatchNorm()])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_pass_is_that_of_the_plain_code(activation: Any, normalizer: Any, front: str) -> None:
    grid = product(("float32", "float64"), (0.0, 0.2), (LOSSES[0], LOSSES[2]))
    for dtype, dropout, loss in grid:
        parts = {"activation": activation, "dropout": dropout, **FRONTS[front]}
        plainly, quickly = (passed(form, [0, 1, 2], dtype, normalizer, loss, **parts) for form in (plain, compiled))
        agree(quickly, plainly, dtype)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_pass_with_any_loss_is_that_of_the_plain_code(loss: Any) -> None:
    parts = {"activation": Mish(), **FRONTS["embeddings"]}
    plainly, quickly = (passed(form, [0, 1, 2], "float64", BatchNorm(), loss, **parts) for form in (plain, compiled))
    agree(quickly, plainly, "float64")


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("normalizer", [NoNormalizer(), BatchNorm()])
@pytest.mark.parametrize("activation", [ReLU(), Mish()])
def test_a_pass_of_residual_layers_is_that_of_the_plain_code(activation: Any, normalizer: Any, front: str) -> None:
    units = (INPUTS.width, 37, 37, 37, 5, 5)  # the first adds nothing, though it is as wide as the input
    parts = {"activation": activation, "layers": 6, "units": units, "residual": True, **FRONTS[front]}
    for dropout in (0.0, 0.2):
        plainly, quickly = (
            passed(form, [0, 1, 2], "float64", normalizer, Squared(), dropout=dropout, **parts)
            for form in (plain, compiled)
        )
        agree(quickly, plainly, "float64")
        alone = passed(compiled, [1], "float64", normalizer, Squared(), dropout=dropout, **parts)
        for name, array in alone.items():
            numpy.testing.assert_array_equal(array[0], quickly[name][1], err_msg=name)


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("normalizer", [NoNormalizer(), BatchNorm()])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_member_has_the_same_bits_alone_and_among_others(activation: Any, normalizer: Any, front: str) -> None:
    for loss in (LOSSES[0], LOSSES[2]):
        parts = {"activation": activation, "dropout": 0.2, **FRONTS[front]}
        together = passed(compiled, [2, 0, 1], "float32", normalizer, loss, **parts)
        for place, member in enumerate([2, 0, 1]):
            alone = passed(compiled, [member], "float32", normalizer, loss, **parts)
            for name, array in alone.items():
                numpy.testing.assert_array_equal(array[0], together[name][place], err_msg=name)


def agree(found: dict[str, Array], expected: dict[str, Array], dtype: str) -> None:
    close = 1e-12 if dtype == "float64" else 1e-4
    for name, array in expected.items():
        scale = numpy.abs(array).max(initial=1e-3)
        numpy.testing.assert_allclose(found[name], array, rtol=close, atol=close * scale, err_msg=name)
