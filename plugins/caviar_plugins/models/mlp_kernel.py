"""The MLP's compiled twin: all layers of a member in one go, while its numbers are in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

import numpy
from caviar import Array, Loss, ModelContext, Normalizer, Views

from caviar_plugins.activations.relu_kernel import CompiledReLU
from caviar_plugins.kernels import compiled, keep_or_drop, walkable
from caviar_plugins.models.folded import Folded, folded
from caviar_plugins.models.mlp import MLP
from caviar_plugins.normalizers.batchnorm_kernel import CompiledBatchNorm, normalize, normalize_backward
from caviar_plugins.normalizers.none import NoNormalizer


class CompiledMLP(MLP):
    """Training passes of ReLU networks, with batch normalization before the activation or without a normalizer.

    Everything else takes the plain way, with the compiled or plain parts it has. A step's cost outside the products is
    calls and memory: here a pass is one call, and what a layer writes the next one finds in cache.
    """

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        if not (context.training and _fits(context) and len(x) == 1 and self._widths()):
            return super().forward(parameters, statistics, x, context)
        assert context.streams is not None, "training passes have streams"
        plan = self._plan(parameters, statistics)
        members, rows, x = len(parameters.buffer), x.shape[1], walkable(x[0])
        space = numpy.empty((2, members, rows * sum(self._widths())), x.dtype)
        kept = numpy.empty((2, members, sum(self._widths())), x.dtype)
        output = numpy.empty((members, rows, plan[-1, 1]), x.dtype)
        new, epsilon = _constants(context.normalizer, parameters, statistics, members)
        rate, words = cast("Array", self.dropout), context.streams.child("dropout").named()
        drop = rate, context.streams.keys, words
        _forward(x, plan, parameters.buffer, statistics.buffer, new, epsilon, *drop, space, kept, output)
        return output, (plan, x, space, kept, rate)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        if not isinstance(cache[0], numpy.ndarray):
            return super().backward(gradient, cache, parameters, gradients, context)
        plan, x, space, kept, rate = cache
        _backward(walkable(gradient), x, plan, parameters.buffer, gradients.buffer, rate, space, kept)

    def folded(
        self, parameters: Views, statistics: Views, normalizer: Normalizer, loss: Loss
    ) -> Callable[[Array], Array] | None:
        network = folded(parameters, statistics, normalizer, self.activation, loss)
        if network is None or type(self.activation) is not CompiledReLU:
            return network
        return CompiledFolded(network.layers, network.activation, network.loss)

    def _plan(self, parameters: Views, statistics: Views) -> Array:
        """A row per layer: inputs, units, where weight, bias, gamma, beta, mean, variance begin; -1: it has none."""
        if "plan" in parameters.memo:
            return cast("Array", parameters.memo["plan"])
        rows = []
        for layer in (*(f"layer{number}" for number in range(1, len(self._widths()) + 1)), "output"):
            own, running = parameters.part(layer), statistics.part(layer)
            places = (own.slot(name).start if name in own else -1 for name in ("weight", "bias", "gamma", "beta"))
            measured = (running.slot(name).start if name in running else -1 for name in ("mean", "variance"))
            rows.append((*own.slot("weight").shape, *places, *measured))
        plan: Array = numpy.asarray(rows, dtype=numpy.int64)
        parameters.memo["plan"] = plan
        return plan


class CompiledFolded(Folded):
    """The network of one member in one call: 2 instead of 9 us for a row of 20-64-64-2."""

    def outputs(self, x: Array) -> Array:
        output = numpy.empty((len(x), self._plan[-1, 1]), self._flat.dtype)
        _predict(walkable(x), self._plan, self._flat, output)
        return output

    @cached_property
    def _flat(self) -> Array:
        return numpy.concatenate([each.reshape(-1) for layer in self.layers for each in layer])

    @cached_property
    def _plan(self) -> Array:
        return numpy.asarray([weight.shape for weight, _ in self.layers], dtype=numpy.int64)


def _fits(context: ModelContext) -> bool:
    normalizer = context.normalizer
    known = type(normalizer) is CompiledBatchNorm or type(normalizer) is NoNormalizer
    return known and normalizer.place == "before-activation" and type(context.activation) is CompiledReLU


def _constants(normalizer: Any, parameters: Views, statistics: Views, members: int) -> tuple[Array, Array]:
    """What a mini-batch counts in running values, and epsilon; read in no layer that has no normalizer."""
    if type(normalizer) is NoNormalizer:
        none = numpy.zeros((members, 1, 1), parameters.buffer.dtype)
        return none, none
    if normalizer.corrected:  # each layer counts its mini-batches, all the same
        for layer in range(2, 1 + len({slot.layer for slot in statistics.layout})):
            normalizer.share(statistics.part(f"layer{layer}"))
    share = normalizer.share(statistics.part("layer1"))
    return share, normalizer.epsilon + 0  # writable like its neighbours: one compiled form


@compiled
def _forward(
    x: Array,
    plan: Array,
    parameters: Array,
    statistics: Array,
    new: Array,
    epsilon: Array,
    rate: Array,
    keys: Array,
    words: Array,
    space: Array,
    kept: Array,
    output: Array,
) -> None:
    """space: z and h of each hidden layer; kept: mean and 1 / sqrt(variance + epsilon)."""
    rows, last = len(x), len(plan) - 1
    for k in range(len(parameters)):
        own, running, zero = parameters[k], statistics[k], new[k, 0, 0] * 0
        a, begin = x, 0
        for layer in range(last):
            inputs, units, weight, bias, gamma, beta, mean, variance = _row(plan, layer)
            z, h = _matrix(space[0, k], rows * begin, rows, units), _matrix(space[1, k], rows * begin, rows, units)
            numpy.dot(a, _matrix(own, weight, inputs, units), z)
            if gamma >= 0:
                normalize(
                    z,
                    h,
                    own[gamma : gamma + units],
                    own[beta : beta + units],
                    running[mean : mean + units],
                    running[variance : variance + units],
                    kept[0, k, begin : begin + units],
                    kept[1, k, begin : begin + units],
                    new[k, 0, 0],
                    epsilon[k, 0, 0],
                    zero,
                )
            else:
                _add_bias(z, own[bias : bias + units], h, zero)
            if rate[k, 0, 0] > 0:
                keep_or_drop(h.reshape(-1), rate[k, 0, 0], keys[k], words, layer + 1)
            a = h
            begin += units
        inputs, units, weight, bias, _, _, _, _ = _row(plan, last)
        numpy.dot(a, _matrix(own, weight, inputs, units), output[k])
        _add_bias(output[k], own[bias : bias + units], output[k], -numpy.inf + zero)


@compiled
def _backward(
    gradient: Array,
    x: Array,
    plan: Array,
    parameters: Array,
    gradients: Array,
    rate: Array,
    space: Array,
    kept: Array,
) -> None:
    rows, last = len(x), len(plan) - 1
    scratch = numpy.empty(rows * plan[1:, 0].max(), x.dtype)
    for k in range(len(parameters)):
        own, filled = parameters[k], gradients[k]
        factor = 1 / (1 - rate[k, 0, 0])
        d, begin = gradient[k], plan[:last, 1].sum()
        for layer in range(last, -1, -1):
            inputs, units, weight, bias, _, _, _, _ = _row(plan, layer)
            begin -= inputs
            if bias >= 0:
                _sum_rows(d, filled[bias : bias + units])
            if layer == 0:
                numpy.dot(x.T, d, _matrix(filled, weight, inputs, units))
                break
            z, h = _matrix(space[0, k], rows * begin, rows, inputs), _matrix(space[1, k], rows * begin, rows, inputs)
            numpy.dot(h.T, d, _matrix(filled, weight, inputs, units))
            below = _matrix(scratch, 0, rows, inputs)
            numpy.dot(d, _matrix(own, weight, inputs, units).T, below)
            gamma, beta = plan[layer - 1, 4], plan[layer - 1, 5]
            if gamma >= 0:
                normalize_backward(
                    below,
                    z,
                    h,
                    kept[0, k, begin : begin + inputs],
                    kept[1, k, begin : begin + inputs],
                    own[gamma : gamma + inputs],
                    filled[gamma : gamma + inputs],
                    filled[beta : beta + inputs],
                    factor,
                    factor * 0,
                )
            else:
                _relu_backward(below, z, h, factor)
            d = z


@compiled
def _predict(x: Array, plan: Array, flat: Array, output: Array) -> None:
    a, begin, last = x, 0, len(plan) - 1
    for layer in range(last + 1):
        inputs, units = plan[layer, 0], plan[layer, 1]
        bias = begin + inputs * units
        h = output if layer == last else numpy.empty((len(x), units), x.dtype)
        numpy.dot(a, _matrix(flat, begin, inputs, units), h)
        _add_bias(h, flat[bias : bias + units], h, flat[0] * 0 - numpy.inf if layer == last else flat[0] * 0)
        a, begin = h, bias + units


@compiled
def _row(plan: Array, layer: int) -> tuple[int, int, int, int, int, int, int, int]:
    row = plan[layer]
    return row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]


@compiled
def _matrix(flat: Array, start: int, rows: int, columns: int) -> Array:
    return flat[start : start + rows * columns].reshape(rows, columns)


@compiled
def _add_bias(z: Array, bias: Array, h: Array, floor: Any) -> None:
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            value = z[i, j] + bias[j]
            h[i, j] = floor if value <= floor else value  # NaN stays


@compiled
def _sum_rows(d: Array, total: Array) -> None:
    total[:] = 0
    for i in range(d.shape[0]):
        for j in range(d.shape[1]):
            total[j] += d[i, j]


@compiled
def _relu_backward(gradient: Array, dz: Array, h: Array, factor: Any) -> None:
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            dz[i, j] = gradient[i, j] * factor if h[i, j] > 0 else gradient[i, j] * 0
