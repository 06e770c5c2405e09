"""The MLP's pass for prediction, compiled: layers without what only training needs, over all members."""

from __future__ import annotations

from typing import Any

import numpy
from caviar.plugin import Array

from caviar_plugins.blas import multiply, quick_pieces
from caviar_plugins.kernels import aligned, compiled, subkernel
from caviar_plugins.models.mlp_passes import add_bias, matrix, row

# A layer's z becomes h where it lies, and layers take turns with two places: what one wrote the next finds in cache.


def predicted(x: Array, plan: Array, parameters: Array, statistics: Array, epsilon: Array) -> Array:
    """Outputs (members, rows, outputs) of rows x (rows, inputs); plan: as in `mlp_passes`."""
    widest = int(plan[:-1, 1].max())
    space = aligned(((2 * len(x) + 1) * widest,), x.dtype)
    output = numpy.empty((len(parameters), len(x), plan[-1, 1]), x.dtype)
    _predict(x, plan, parameters, statistics, epsilon, space, output, quick_pieces())
    return output


@compiled
def _predict(
    x: Array,
    plan: Array,
    parameters: Array,
    statistics: Array,
    epsilon: Array,
    space: Array,
    output: Array,
    quick: bool,
) -> None:
    rows, last = len(x), len(plan) - 1
    place = len(space) // (2 * rows + 1) * rows
    for k in range(len(parameters)):
        own, a = parameters[k], x
        for layer in range(last):
            inputs, units, weight, bias, gamma, beta, mean, variance = row(plan, layer)
            h = matrix(space, layer % 2 * place, rows, units)
            multiply(a, matrix(own, weight, inputs, units), h, quick)
            if gamma >= 0:
                scale = space[2 * place : 2 * place + units]
                running = statistics[k, variance : variance + units]
                _scale(own[gamma : gamma + units], running, epsilon[k, 0, 0], scale)
                _normalize(h, statistics[k, mean : mean + units], scale, own[beta : beta + units])
            else:
                add_bias(h, own[bias : bias + units], h, x.dtype.type(0))
            a = h
        inputs, units, weight, bias, _, _, _, _ = row(plan, last)
        multiply(a, matrix(own, weight, inputs, units), output[k], quick)
        add_bias(output[k], own[bias : bias + units], output[k], x.dtype.type(-numpy.inf))


@subkernel
def _scale(gamma: Array, variance: Array, epsilon: Any, scale: Array) -> None:
    for j in range(len(gamma)):
        scale[j] = gamma[j] / numpy.sqrt(variance[j] + epsilon)


@subkernel
def _normalize(z: Array, mean: Array, scale: Array, beta: Array) -> None:
    """max(gamma * z^ + beta, 0) in place. The mean goes first, because far from zero z * scale has lost its digits."""
    zero = z.dtype.type(0)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            value = scale[j] * (z[i, j] - mean[j]) + beta[j]
            z[i, j] = zero if value <= zero else value  # NaN stays
