"""A starter for models: one hidden layer, and the inputs past it."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from dataclasses import replace
from typing import Any

from caviar.plugin import (
    Activation,
    Array,
    Initial,
    Inputs,
    Model,
    ModelContext,
    Normalizer,
    Slot,
    Tunable,
    Views,
    tunable,
)
from caviar_plugins import LogInt, ReLU


class $cls($bases):
    """output = h V + x U + b, h = activation(normalizer(x W + a)): one hidden layer, and the inputs past it.

    x is (members or 1, batch, inputs.width), a weight (members, rows, columns).
    """

    units: Tunable[int] = tunable(default=64, ge=1, search=LogInt(32, 256), tier=2)
    activation: Tunable[Activation] = tunable(default=ReLU())

    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        rows, width, zero = inputs.width, self.units, Initial("constant", 0.0)
        hidden = [Slot("weight", (rows, width), "weight", self.activation.initial(rows, width))]
        if not (normalizer.cancels_bias and _normalizes_first(normalizer)):
            hidden.append(Slot("bias", (1, width), "bias", zero))
        hidden += normalizer.slots(width)
        last = [
            Slot("output.weight", (width, outputs), "weight", Activation.initial(self.activation, width, outputs), 2),
            Slot("output.skip", (rows, outputs), "weight", Activation.initial(self.activation, rows, outputs), 2),
            Slot("output.bias", (1, outputs), "bias", zero, 2),
        ]
        return (*map(_hidden, hidden), *last), tuple(map(_hidden, normalizer.statistics(width)))

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        own, running = parameters.part("hidden"), statistics.part("hidden")
        z = x @ own["weight"]
        if "bias" in own:
            z = z + own["bias"]
        if _normalizes_first(context.normalizer):
            z, normal = context.normalizer.forward(z, own, running, context.training)
            h, active = context.activation.forward(z)
        else:
            z, active = context.activation.forward(z)
            h, normal = context.normalizer.forward(z, own, running, context.training)
        last = parameters.part("output")
        return h @ last["weight"] + x @ last["skip"] + last["bias"], (x, h, normal, active)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        x, h, normal, active = cache
        last, own, filled = gradients.part("output"), parameters.part("hidden"), gradients.part("hidden")
        last["weight"][...] = h.swapaxes(1, 2) @ gradient
        last["skip"][...] = x.swapaxes(1, 2) @ gradient
        last["bias"][...] = gradient.sum(axis=1, keepdims=True)
        d = gradient @ parameters["output.weight"].swapaxes(1, 2)
        if _normalizes_first(context.normalizer):
            d = context.normalizer.backward(context.activation.backward(d, active), normal, own, filled)
        else:
            d = context.activation.backward(context.normalizer.backward(d, normal, own, filled), active)
        filled["weight"][...] = x.swapaxes(1, 2) @ d
        if "bias" in own:
            filled["bias"][...] = d.sum(axis=1, keepdims=True)


def _normalizes_first(normalizer: Normalizer) -> bool:
    return normalizer.place == "before-activation"


def _hidden(slot: Slot) -> Slot:
    return replace(slot, name=f"hidden.{slot.name}", layer=1)
'''
TEST = '''\
"""$name: the laws of models, and what is special about this one."""

import numpy
from caviar.plugin import ModelContext
from caviar.testing import ModelContract, bound
from caviar_plugins import BatchNorm

from $module import $cls


class Test$cls(ModelContract):
    model = $cls(units=5)

    def test_without_a_hidden_layers_output_it_is_linear(self) -> None:
        parameters, statistics = self.parts(1)
        parameters["output.weight"][...] = 0.0
        model, x = bound([self.model]), numpy.eye(6)[None]
        context = ModelContext(False, self.normalizer, model.activation, inputs=self.inputs)
        output, _ = model.forward(parameters, statistics, x, context)
        numpy.testing.assert_allclose(output, parameters["output.skip"] + parameters["output.bias"])


class Test${cls}WithBatchNorm(ModelContract):
    model = $cls(units=5)
    normalizer = BatchNorm()


class Test${cls}WithBatchNormAfterTheActivation(ModelContract):
    model = $cls(units=5)
    normalizer = BatchNorm(place="after-activation")
'''
EXAMPLE = """\
# 32 networks of your own shape on handwritten digits: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[model]
use = "$name"
units = { log-int = [32, 256] }

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[search]
trials = 32
"""
