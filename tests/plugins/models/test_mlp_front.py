"""What stands before an MLP's first layer: embeddings and a scale; and its two parametrizations."""

from __future__ import annotations

from math import sqrt

import numpy
import pytest
from caviar.plugin import InputColumn, Inputs, ModelContext, Views, lay_out, size_of
from caviar.testing import ModelContract, bound
from caviar.testing.model import Untouched
from caviar_plugins import (
    MLP,
    SELU,
    BatchNorm,
    LayerNorm,
    LeakyReLU,
    Mish,
    Parametric,
    Periodic,
    SoftmaxCrossEntropy,
    Vectors,
)

MIXED = Inputs.of(
    [
        InputColumn("age", "number"),
        InputColumn("town", "category", (4,), 4),
        InputColumn("member", "flag"),
        InputColumn("pixels", "number", (2,)),
        InputColumn("size", "category", (2,), 2),
    ]
)
EMBEDDED = (Periodic(frequencies=3, width=3, sigma=0.3), Vectors(size=2, above=2))


class TestMLPWithEmbeddingsAndScale(ModelContract):
    model = MLP(layers=2, units=4, activation=SELU(), embedding=EMBEDDED, front_scale=True, parametrization="ntk")
    inputs = MIXED


class TestMLPWithEmbeddingsBeforeBatchNorm(ModelContract):
    model = MLP(layers=1, units=4, activation=Mish(), dropout=0.3, embedding=EMBEDDED)
    inputs = MIXED
    normalizer = BatchNorm()


class TestLinearModelWithAScale(ModelContract):
    model = MLP(layers=0, front_scale=True)


class TestMLPWithAScaleAndBatchNormAfterTheActivation(ModelContract):
    model = MLP(layers=2, units=4, front_scale=True)
    normalizer = BatchNorm(place="after-activation")


class TestMLPWithAScaleAndLayerNorm(ModelContract):
    model = MLP(layers=2, units=4, front_scale=True, embedding=EMBEDDED[1:])
    normalizer = LayerNorm()
    inputs = MIXED


class TestMLPWithLearnedActivations(ModelContract):
    model = MLP(layers=2, units=4, front_scale=True, activation=Parametric(LeakyReLU(slope=0.2)))


def names(model: MLP, inputs: Inputs = MIXED) -> list[str]:
    return [slot.name for slot in model.layout(inputs, 3, Untouched())[0]]


def test_without_a_front_the_slots_are_those_of_the_layers() -> None:
    plain = ["layer1.weight", "layer1.bias", "output.weight", "output.bias"]
    assert names(MLP(layers=1)) == plain
    assert names(MLP(layers=1, embedding=EMBEDDED), Inputs.of([InputColumn("member", "flag")])) == plain


def test_the_columns_that_no_embedding_takes_come_first_and_unchanged() -> None:
    model = MLP(layers=0, embedding=EMBEDDED)
    layout = lay_out(model.layout(MIXED, 1, Untouched())[0])
    parameters = Views(numpy.zeros((1, size_of(layout))), layout)
    assert parameters["output.weight"].shape == (1, 3 + 3 * 3 + 2, 1)
    x = numpy.asarray([[[5.0, 0, 0, 1, 0, 7.0, 8.0, 9.0, 0.5, 0.25], [6.0, 0, 0, 0, 1, 3.0, 8.0, 9.0, 0.5, 0.25]]])
    parameters["output.weight"][0, :3, 0] = 1, 10, 100  # member, size = 0, size = 1
    context = ModelContext(False, Untouched(), model.activation, inputs=MIXED)
    output, _ = bound([model]).forward(parameters, Views(numpy.zeros((1, 0)), ()), x, context)
    assert output[0, :, 0].tolist() == [37.0, 33.0]


def test_two_embeddings_cannot_take_the_same_column() -> None:
    model = MLP(embedding=(Periodic(), Periodic(width=3)))
    with pytest.raises(ValueError, match="both take column 'age'; leave one of them out"):
        model.layout(MIXED, 3, Untouched())


def test_ntk_divides_variance_and_steps_of_weights_by_their_inputs() -> None:
    slots = {slot.name: slot for slot in MLP(layers=1, units=9, parametrization="ntk").layout(MIXED, 3, Untouched())[0]}
    assert (slots["layer1.weight"].initial.size, slots["layer1.weight"].rate) == (1 / sqrt(10), 1 / sqrt(10))
    assert (slots["output.weight"].initial.size, slots["output.weight"].rate) == (1 / 3, 1 / 3)
    assert (slots["layer1.bias"].initial.how, slots["layer1.bias"].initial.size) == ("normal", 1.0)
    assert slots["output.bias"].initial.size == 0.0


def test_bias_rate_is_that_of_every_bias_of_a_layer() -> None:
    slots = MLP(layers=1, bias_rate=0.1).layout(MIXED, 3, Untouched())[0]
    assert {slot.name: slot.rate for slot in slots if slot.rate != 1} == {"layer1.bias": 0.1, "output.bias": 0.1}


def test_a_folded_network_contains_the_scale() -> None:
    model, inputs = MLP(layers=1, units=4, front_scale=True), Inputs.block(3)
    layout = lay_out(model.layout(inputs, 2, Untouched())[0])
    parameters = Views(numpy.random.default_rng(0).normal(size=(1, size_of(layout))), layout)
    nothing, x = Views(numpy.zeros((1, 0)), ()), numpy.random.default_rng(1).normal(size=(5, 3))
    loss = SoftmaxCrossEntropy()
    folded = bound([model]).folded(parameters, nothing, Untouched(), loss)
    assert folded is not None
    context = ModelContext(False, Untouched(), model.activation, inputs=inputs)
    output, _ = bound([model]).forward(parameters, nothing, x[None], context)
    numpy.testing.assert_allclose(folded(x), loss.predict(output)[0], rtol=1e-12)
