"""The MLP's compiled passes for any bundled smooth activation, an x of each member's own, and gradients to x."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy
from caviar.plugin import Array

from caviar_plugins.activations.selu import ALPHA, SCALE
from caviar_plugins.blas import multiply, multiply_by_turned, multiply_turned
from caviar_plugins.kernels import compiled, exponentials, keep_or_drop_both, subkernel
from caviar_plugins.models.mlp_passes import add_bias, hidden_units, kept_numbers, matrix, row, sum_rows
from caviar_plugins.normalizers.batchnorm_kernel import KEPT, normalize, normalize_backward

RELU, SELU, MISH, GELU, SILU, TANH = range(6)
"""Codes of activations."""
CHUNK = 1024
"""Values whose exponentials are computed at once: they stay in the first cache."""

# plan: as in `mlp_passes`. space: z of all hidden layers, h of them, slopes of them where z is needed again, what
# normalizing keeps, then `below` of backward, two of them in turn, and `spare`, then exponents. A slope is the
# activation's derivative, times what dropout does to h; without a normalizer it takes z's place, and the gradient with
# respect to z the slope's. `residual`: a hidden layer behind one of its own width adds its input to its h.


def room(plan: Array, rows: int) -> int:
    """How many values of `space` a member's passes need."""
    hidden, widest = plan[:-1, 1].sum(), plan[:-1, 1].max()
    return int((3 * rows + KEPT) * hidden + 2 * rows * widest + plan[:, :2].prod(axis=1).max()) + CHUNK


@compiled
def forward(
    x: Array,
    plan: Array,
    parameters: Array,
    statistics: Array,
    new: Array,
    epsilon: Array,
    rate: Array,
    keys: Array,
    words: Array,
    code: int,
    training: bool,
    residual: bool,
    space: Array,
    integers: Array,
    output: Array,
    quick: bool,
) -> None:
    """Fills output (members, rows, outputs). x and space: one for all members, or one for each."""
    for k in range(len(parameters)):
        own_x, own_space = x[k % len(x)], space[k % len(space)]
        constants = new[k, 0, 0], epsilon[k, 0, 0], rate[k, 0, 0]
        _forward(
            own_x,
            plan,
            parameters[k],
            statistics[k],
            *constants,
            keys[k],
            words,
            code,
            training,
            residual,
            own_space,
            integers,
            output[k],
            quick,
        )


@compiled
def backward(
    gradient: Array,
    x: Array,
    plan: Array,
    parameters: Array,
    gradients: Array,
    residual: bool,
    space: Array,
    d_x: Array,
    quick: bool,
) -> None:
    """Fills the gradients, and those of x unless d_x is empty. Slopes and z are overwritten."""
    for k in range(len(parameters)):
        _backward(gradient[k], x[k % len(x)], plan, parameters[k], gradients[k], residual, space[k], d_x[k], quick)


@subkernel
def _forward(
    x: Array,
    plan: Array,
    own: Array,
    running: Array,
    share: Any,
    epsilon: Any,
    rate: Any,
    key: Any,
    words: Array,
    code: int,
    training: bool,
    residual: bool,
    space: Array,
    integers: Array,
    output: Array,
    quick: bool,
) -> None:
    rows, last = len(x), len(plan) - 1
    hidden = hidden_units(plan)[0]
    nothing = x.dtype.type(-numpy.inf)
    exponents = space[len(space) - CHUNK :]
    a, begin = x, 0
    for layer in range(last):
        inputs, units, weight, bias, gamma, beta, mean, variance = row(plan, layer)
        z = matrix(space, rows * begin, rows, units)
        h = matrix(space, rows * (hidden + begin), rows, units)
        slope = z
        multiply(a, matrix(own, weight, inputs, units), z, quick)
        if gamma >= 0:
            slope = matrix(space, rows * (2 * hidden + begin), rows, units)
            kept = kept_numbers(space, 3 * rows * hidden + KEPT * begin, units)
            scale, shift = own[gamma : gamma + units], own[beta : beta + units]
            means, variances = running[mean : mean + units], running[variance : variance + units]
            if training:
                normalize(z, h, scale, shift, means, variances, kept, share, epsilon, nothing)
            else:
                _normalize_as_measured(z, h, scale, shift, means, variances, epsilon, kept[0])
        else:
            add_bias(z, own[bias : bias + units], h, nothing)
        _activate(h.reshape(-1), slope.reshape(-1), code, exponents, integers)
        if rate > x.dtype.type(0):
            keep_or_drop_both(h.reshape(-1), slope.reshape(-1), rate, key, words, layer + 1)
        if residual and layer > 0 and inputs == units:
            _add(h.reshape(-1), a.reshape(-1))
        a = h
        begin += units
    inputs, units, weight, bias, _, _, _, _ = row(plan, last)
    multiply(a, matrix(own, weight, inputs, units), output, quick)
    add_bias(output, own[bias : bias + units], output, nothing)


@subkernel
def _backward(
    d: Array, x: Array, plan: Array, own: Array, filled: Array, residual: bool, space: Array, d_x: Array, quick: bool
) -> None:
    rows, last = len(x), len(plan) - 1
    hidden, widest = hidden_units(plan)
    nothing = x.dtype.type(-numpy.inf)
    place = (3 * rows + KEPT) * hidden
    turned = space[place + 2 * rows * widest :]
    begin = hidden
    for layer in range(last, -1, -1):
        inputs, units, weight, bias, _, _, _, _ = row(plan, layer)
        begin -= inputs
        if bias >= 0:
            sum_rows(d, filled[bias : bias + units])
        if layer == 0:
            multiply_turned(x, d, matrix(filled, weight, inputs, units), quick)
            if d_x.size > 0:
                multiply_by_turned(d, matrix(own, weight, inputs, units), d_x, turned, quick)
            break
        z = matrix(space, rows * begin, rows, inputs)
        h = matrix(space, rows * (hidden + begin), rows, inputs)
        multiply_turned(h, d, matrix(filled, weight, inputs, units), quick)
        below = matrix(space, place + layer % 2 * rows * widest, rows, inputs)
        multiply_by_turned(d, matrix(own, weight, inputs, units), below, turned, quick)
        if residual and layer < last and inputs == units:
            _add(below.reshape(-1), space[place + (layer + 1) % 2 * rows * widest :])
        gamma, beta = plan[layer - 1, 4], plan[layer - 1, 5]
        if gamma >= 0:
            slope = matrix(space, rows * (2 * hidden + begin), rows, inputs)
            _times(slope.reshape(-1), below.reshape(-1))
            kept = kept_numbers(space, 3 * rows * hidden + KEPT * begin, inputs)
            d_gamma, d_beta = filled[gamma : gamma + inputs], filled[beta : beta + inputs]
            normalize_backward(slope, z, kept, d_gamma, d_beta, nothing)
        else:
            _times(z.reshape(-1), below.reshape(-1))
        d = z


@subkernel
def _add(a: Array, b: Array) -> None:
    for i in range(len(a)):
        a[i] += b[i]


@subkernel
def _times(a: Array, b: Array) -> None:
    for i in range(len(a)):
        a[i] *= b[i]


@subkernel
def _normalize_as_measured(
    z: Array, h: Array, gamma: Array, beta: Array, mean: Array, variance: Array, epsilon: Any, scale: Array
) -> None:
    for j in range(len(gamma)):
        scale[j] = gamma[j] / numpy.sqrt(variance[j] + epsilon)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            h[i, j] = scale[j] * (z[i, j] - mean[j]) + beta[j]


@subkernel
def _activate(h: Array, slope: Array, code: int, exponents: Array, integers: Array) -> None:
    """h, flat, becomes the activation of itself; slope: the derivative."""
    for start in range(0, len(h), CHUNK):
        stop = min(start + CHUNK, len(h))
        _activate_some(h[start:stop], slope[start:stop], code, exponents[: stop - start], integers)


@subkernel
def _activate_some(h: Array, slope: Array, code: int, e: Array, integers: Array) -> None:
    number = h.dtype.type
    zero, one, two = number(0), number(1), number(2)
    if code == RELU:
        for i in range(len(h)):
            value = h[i]
            slope[i] = one if value > zero else zero
            h[i] = zero if value <= zero else value  # NaN stays
        return
    # All others need exp(-|v|) alone, v: z, or twice the argument of a tanh.
    if code == GELU:
        scale, cubic = number(2 * sqrt(2 / pi)), number(0.044715)
        for i in range(len(h)):
            e[i] = -abs(scale * (h[i] + cubic * h[i] * h[i] * h[i]))
    elif code == TANH:
        for i in range(len(h)):
            e[i] = -abs(two * h[i])
    else:
        for i in range(len(h)):
            e[i] = -abs(h[i])
    exponentials(e, integers)
    if code == SELU:
        above, below = number(SCALE), number(SCALE * ALPHA)
        for i in range(len(h)):
            value, tail = h[i], below * e[i]
            slope[i] = above if value > zero else tail
            h[i] = tail - below if value <= zero else above * value  # NaN stays
    elif code == MISH:
        for i in range(len(h)):
            value, small = h[i], e[i]
            # tanh(log(1 + w)) = (w^2 + 2 w) / (w^2 + 2 w + 2), w = exp(z); above zero in powers of 1 / w
            top = one + two * small if value > zero else small * (small + two)
            bottom = top + (two * small * small if value > zero else two)
            t = top / bottom
            s = (one if value > zero else small) / (one + small)
            slope[i] = t + value * (one - t * t) * s
            h[i] = value * t
    elif code == GELU:
        # (1 + tanh u) / 2 = 1 / (1 + exp(-2 u))
        scale, cubic3 = number(2 * sqrt(2 / pi)), number(3 * 0.044715)
        for i in range(len(h)):
            value = h[i]
            s = (one if value > zero else e[i]) / (one + e[i])
            slope[i] = s + value * s * (one - s) * scale * (one + cubic3 * value * value)
            h[i] = value * s
    elif code == SILU:
        for i in range(len(h)):
            value = h[i]
            s = (one if value > zero else e[i]) / (one + e[i])
            slope[i] = s * (one + value * (one - s))
            h[i] = value * s
    else:
        for i in range(len(h)):
            t = (one - e[i]) / (one + e[i])
            slope[i] = one - t * t
            h[i] = -t if h[i] < zero else t
