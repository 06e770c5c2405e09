"""A starter for embeddings: soft steps."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from typing import Any

from caviar.plugin import Array, Embedding, Initial, InputColumn, Inputs, Slot, Tunable, Views, namespace, tunable
from caviar_plugins import LogInt


class $cls($bases):
    """Each number x becomes `steps` values tanh(w x + b), with w and b of its own.

    x is (members or 1, batch, numbers), a slot of shape (numbers, steps) arrives as (members, numbers, steps).
    """

    steps: Tunable[int] = tunable(default=4, ge=1, search=LogInt(2, 16), tier=3)

    def takes(self, column: InputColumn) -> bool:
        return column.kind == "number"

    def layout(self, inputs: Inputs) -> tuple[tuple[Slot, ...], int]:
        shape = inputs.width, self.steps
        slope, shift = (Slot(name, shape, "embedding", Initial("normal", 1.0)) for name in ("slope", "shift"))
        return (slope, shift), inputs.width * self.steps

    def forward(self, parameters: Views, x: Array, inputs: Inputs) -> tuple[Array, Any]:
        numbers = x[..., None]
        steps = namespace(x).tanh(numbers * parameters["slope"][:, None] + parameters["shift"][:, None])
        return steps.reshape(*steps.shape[:2], -1), (numbers, steps)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views) -> None:
        numbers, steps = cache
        d = gradient.reshape(steps.shape) * (1 - steps**2)
        gradients["slope"][...] = (d * numbers).sum(axis=1)
        gradients["shift"][...] = d.sum(axis=1)
'''
TEST = '''\
"""$name: the laws of embeddings, and what is special about this one."""

import numpy
from caviar.plugin import Inputs, Views, lay_out
from caviar.testing import EmbeddingContract, bound

from $module import $cls


class Test$cls(EmbeddingContract):
    embedding = $cls(steps=3)

    def test_far_from_zero_a_number_is_above_or_below_every_step(self) -> None:
        inputs = Inputs.block(1)
        layout = lay_out($cls(steps=2).layout(inputs)[0])
        parameters = Views(numpy.ones((1, 4)), layout)
        output, _ = bound([$cls(steps=2)]).forward(parameters, numpy.array([[[-99.0], [99.0]]]), inputs)
        assert output.tolist() == [[[-1.0, -1.0], [1.0, 1.0]]]
'''
EXAMPLE = """\
# 32 networks on handwritten digits, each pixel as soft steps: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[model]
units = { log-int = [32, 256] }
embedding = [{ use = "$name", steps = { int = [2, 4] } }]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[search]
trials = 32
"""
