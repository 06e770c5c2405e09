"""mlp: the laws of models."""

from __future__ import annotations

import numpy
from caviar.engine.training.bind import bind
from caviar.plugin import Array, Inputs, ModelContext, Views, lay_out, size_of
from caviar.testing import ModelContract
from caviar_plugins import MLP, BatchNorm, LayerNorm, Mish, NoNormalizer, Parametric


class TestMLP(ModelContract):
    model = MLP(layers=2, units=5)


class TestMLPWithBatchNorm(ModelContract):
    model = MLP(layers=2, units=5)
    normalizer = BatchNorm()


class TestMLPWithBatchNormAfterTheActivation(ModelContract):
    model = MLP(units=(7, 4))
    normalizer = BatchNorm(place="after-activation")


class TestMLPWithDropout(ModelContract):
    model = MLP(layers=2, units=9, dropout=0.3)


class TestLinearModel(ModelContract):
    model = MLP(layers=0)


class TestMLPWithParametricActivation(ModelContract):
    model = MLP(layers=2, units=5, activation=Parametric(Mish()))


class TestMLPWithParametricActivationBeforeBatchNorm(ModelContract):
    model = MLP(layers=2, units=5, activation=Parametric())
    normalizer = BatchNorm(place="after-activation")


class TestResidualMLP(ModelContract):
    """Its first layer is as wide as its input, and adds nothing."""

    model = MLP(units=(6, 6, 4, 4), activation=Mish(), dropout=0.2, residual=True)


class TestResidualMLPWithBatchNorm(ModelContract):
    model = MLP(layers=3, units=5, residual=True)
    normalizer = BatchNorm()


class TestResidualMLPWithBatchNormAfterTheActivation(ModelContract):
    model = MLP(layers=2, units=5, residual=True)
    normalizer = BatchNorm(place="after-activation")


class TestResidualMLPWithLayerNormAfterTheActivation(ModelContract):
    model = MLP(layers=2, units=5, residual=True)
    normalizer = LayerNorm(place="after-activation")


def test_a_layer_behind_one_of_its_own_width_adds_its_input() -> None:
    """And no other layer does: the first because its input is as wide by chance."""
    model = bind([MLP(units=(3, 3, 2, 2, 3), residual=True)], "float64", lambda array: array)
    layout = lay_out(model.layout(Inputs.block(3), 1, NoNormalizer())[0])
    own = Views(numpy.random.default_rng(0).normal(size=(1, size_of(layout))), layout)
    x = numpy.random.default_rng(1).normal(size=(1, 7, 3))
    context = ModelContext(False, NoNormalizer(), model.activation, inputs=Inputs.block(3))
    output, _ = model.forward(own, Views(numpy.zeros((1, 0)), ()), x, context)

    def layer(number: int, a: Array) -> Array:
        h: Array = numpy.maximum(a @ own[f"layer{number}.weight"] + own[f"layer{number}.bias"], 0)
        return h

    h1 = layer(1, x)
    h2 = layer(2, h1) + h1
    h3 = layer(3, h2)
    h4 = layer(4, h3) + h3
    h5 = layer(5, h4)
    numpy.testing.assert_allclose(output, h5 @ own["output.weight"] + own["output.bias"], rtol=1e-14)
