"""A folded network's compiled form."""

from __future__ import annotations

from functools import cached_property

import numpy
from caviar.plugin import Array

from caviar_plugins.blas import multiply, quick_pieces
from caviar_plugins.kernels import compiled, walkable
from caviar_plugins.models.folded import Folded
from caviar_plugins.models.mlp_passes import add_bias


class CompiledFolded(Folded):
    """The network of one member in one call: 2 instead of 9 us for a row of 20-64-64-2."""

    def outputs(self, x: Array) -> Array:
        output = numpy.empty((len(x), self._plan[-1, 1]), self._flat.dtype)
        _predict(walkable(x), self._plan, self._flat, output, quick_pieces())
        return output

    @cached_property
    def _flat(self) -> Array:
        return numpy.concatenate([each.reshape(-1) for layer in self.layers for each in layer])

    @cached_property
    def _plan(self) -> Array:
        return numpy.asarray([weight.shape for weight, _ in self.layers], dtype=numpy.int64)


@compiled
def _predict(x: Array, plan: Array, flat: Array, output: Array, quick: bool) -> None:
    a, begin, last = x, 0, len(plan) - 1
    for layer in range(last + 1):
        inputs, units = plan[layer, 0], plan[layer, 1]
        bias = begin + inputs * units
        h = output if layer == last else numpy.empty((len(x), units), x.dtype)
        multiply(a, flat[begin:bias].reshape(inputs, units), h, quick)
        floor = x.dtype.type(-numpy.inf) if layer == last else x.dtype.type(0)
        add_bias(h, flat[bias : bias + units], h, floor)
        a, begin = h, bias + units
