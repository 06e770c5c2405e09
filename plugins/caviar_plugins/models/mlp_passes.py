"""The MLP's passes for one member, compiled: what a layer writes the next one finds in the processor's cache."""

from __future__ import annotations

from typing import Any

import numpy
from caviar.plugin import Array

from caviar_plugins.blas import multiply, multiply_by_turned, multiply_turned
from caviar_plugins.kernels import keep_or_drop, subkernel
from caviar_plugins.normalizers.batchnorm_kernel import KEPT, normalize, normalize_backward

# plan: a row per layer: inputs, units, where weight, bias, gamma, beta, mean, variance begin; -1: it has none.
# space: z of all hidden layers, then h of them, then what normalizing keeps, then `spare` of backward.


def room(plan: Array, rows: int) -> int:
    """How many values of `space` a member's passes need."""
    hidden, widest = plan[:-1, 1].sum(), plan[:-1, 1].max()
    return int((2 * rows + KEPT) * hidden + rows * widest + plan[1:, :2].prod(axis=1).max())


@subkernel
def forward(
    x: Array,
    plan: Array,
    own: Array,
    running: Array,
    share: Any,
    epsilon: Any,
    rate: Any,
    key: Any,
    words: Array,
    space: Array,
    output: Array,
    quick: bool,
) -> None:
    rows, last = len(x), len(plan) - 1
    hidden, zero = hidden_units(plan)[0], x.dtype.type(0)
    a, begin = x, 0
    for layer in range(last):
        inputs, units, weight, bias, gamma, beta, mean, variance = row(plan, layer)
        z = matrix(space, rows * begin, rows, units)
        h = matrix(space, rows * (hidden + begin), rows, units)
        multiply(a, matrix(own, weight, inputs, units), z, quick)
        if gamma >= 0:
            normalize(
                z,
                h,
                own[gamma : gamma + units],
                own[beta : beta + units],
                running[mean : mean + units],
                running[variance : variance + units],
                kept_numbers(space, 2 * rows * hidden + KEPT * begin, units),
                share,
                epsilon,
                zero,
            )
        else:
            add_bias(z, own[bias : bias + units], h, zero)
        if rate > zero:
            keep_or_drop(h.reshape(-1), rate, key, words, layer + 1)
        a = h
        begin += units
    inputs, units, weight, bias, _, _, _, _ = row(plan, last)
    multiply(a, matrix(own, weight, inputs, units), output, quick)
    add_bias(output, own[bias : bias + units], output, x.dtype.type(-numpy.inf))


@subkernel
def backward(d: Array, x: Array, plan: Array, own: Array, filled: Array, rate: Any, space: Array, quick: bool) -> None:
    """Fills the gradients; d: the loss's with respect to the output. z of the hidden layers is overwritten."""
    rows, last = len(x), len(plan) - 1
    (hidden, widest), zero, one = hidden_units(plan), x.dtype.type(0), x.dtype.type(1)
    place = (2 * rows + KEPT) * hidden
    turned = space[place + rows * widest :]
    begin = hidden
    for layer in range(last, -1, -1):
        inputs, units, weight, bias, _, _, _, _ = row(plan, layer)
        begin -= inputs
        if bias >= 0:
            sum_rows(d, filled[bias : bias + units])
        if layer == 0:
            multiply_turned(x, d, matrix(filled, weight, inputs, units), quick)
            break
        z = matrix(space, rows * begin, rows, inputs)
        h = matrix(space, rows * (hidden + begin), rows, inputs)
        multiply_turned(h, d, matrix(filled, weight, inputs, units), quick)
        below = matrix(space, place, rows, inputs)
        multiply_by_turned(d, matrix(own, weight, inputs, units), below, turned, quick)
        gamma, beta = plan[layer - 1, 4], plan[layer - 1, 5]
        if rate > zero:
            _drop_again(below.reshape(-1), h.reshape(-1), one / (one - rate))
        if gamma >= 0:
            kept = kept_numbers(space, 2 * rows * hidden + KEPT * begin, inputs)
            d_gamma, d_beta = filled[gamma : gamma + inputs], filled[beta : beta + inputs]
            normalize_backward(below, z, kept, d_gamma, d_beta, zero)
        else:
            _pass_on(below.reshape(-1), h.reshape(-1), z.reshape(-1))
        d = z


@subkernel
def hidden_units(plan: Array) -> tuple[int, int]:
    """Units of all hidden layers, and of the widest."""
    total, widest = 0, 0
    for layer in range(len(plan) - 1):
        total += plan[layer, 1]
        widest = max(widest, plan[layer, 1])
    return total, widest


@subkernel
def matrix(flat: Array, start: int, rows: int, columns: int) -> Array:
    return flat[start : start + rows * columns].reshape(rows, columns)


@subkernel
def kept_numbers(space: Array, start: int, units: int) -> Array:
    return space[start : start + KEPT * units].reshape(KEPT, units)


@subkernel
def add_bias(z: Array, bias: Array, h: Array, floor: Any) -> None:
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            value = z[i, j] + bias[j]
            h[i, j] = floor if value <= floor else value  # NaN stays


@subkernel
def row(plan: Array, layer: int) -> tuple[int, int, int, int, int, int, int, int]:
    row = plan[layer]
    return row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]


@subkernel
def sum_rows(d: Array, total: Array) -> None:
    rows, columns = d.shape
    total[:] = 0
    whole = rows - rows % 4
    for i in range(0, whole, 4):
        for j in range(columns):
            total[j] += (d[i, j] + d[i + 1, j]) + (d[i + 2, j] + d[i + 3, j])
    for i in range(whole, rows):
        for j in range(columns):
            total[j] += d[i, j]


@subkernel
def _pass_on(gradient: Array, h: Array, dz: Array) -> None:
    """The gradient where h is above 0."""
    zero = h.dtype.type(0)
    for i in range(len(h)):
        dz[i] = gradient[i] if h[i] > zero else zero


@subkernel
def _drop_again(gradient: Array, h: Array, factor: Any) -> None:
    """In place, for as one of two arguments it would keep the loop from being vectorized: 2 instead of 32 us."""
    zero = h.dtype.type(0)
    for i in range(len(h)):
        gradient[i] = gradient[i] * factor if h[i] > zero else zero
