"""Batch normalization's compiled variant, and its loops for one member, which the MLP's variant calls too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy
from caviar.plugin import Array, Views

from caviar_plugins.kernels import aligned, compiled, subkernel, walkable
from caviar_plugins.normalizers.batchnorm import BatchNorm


class CompiledBatchNorm(BatchNorm):
    """Keeps z and a few numbers per unit for backward, and computes z^ again: cheaper than writing it."""

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        if not (training and isinstance(parameters, Views) and isinstance(statistics, Views)):
            return super().forward(z, parameters, statistics, training)
        z = walkable(z)
        h, kept = aligned(z.shape, z.dtype), aligned((len(z), KEPT, z.shape[2]), z.dtype)
        places = parameters.slot("gamma").start, parameters.slot("beta").start
        running = statistics.slot("mean").start, statistics.slot("variance").start
        new, epsilon = self.share(statistics), cast("Array", self.epsilon)
        _forward(z, h, kept, parameters.buffer, places, statistics.buffer, running, new, epsilon)
        return h, (z, kept)

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        assert isinstance(parameters, Views)
        assert isinstance(gradients, Views)
        z, kept = cast("tuple[Array, Array]", cache)
        dz = aligned(z.shape, z.dtype)
        places = parameters.slot("gamma").start, parameters.slot("beta").start
        _backward(walkable(gradient), dz, z, kept, gradients.buffer, places)
        return dz


KEPT = 7
"""Numbers that forward keeps for each unit."""


@compiled
def _forward(
    z: Array,
    h: Array,
    kept: Array,
    parameters: Array,
    places: tuple[int, int],
    statistics: Array,
    running: tuple[int, int],
    new: Array,
    epsilon: Array,
) -> None:
    units = z.shape[2]
    for k in range(len(z)):
        gamma, beta = parameters[k, places[0] : places[0] + units], parameters[k, places[1] : places[1] + units]
        mean, variance = statistics[k, running[0] : running[0] + units], statistics[k, running[1] : running[1] + units]
        none = z.dtype.type(-numpy.inf)
        normalize(z[k], h[k], gamma, beta, mean, variance, kept[k], new[k, 0, 0], epsilon[k, 0, 0], none)


@compiled
def _backward(gradient: Array, dz: Array, z: Array, kept: Array, gradients: Array, places: tuple[int, int]) -> None:
    units = z.shape[2]
    for k in range(len(z)):
        d_gamma = gradients[k, places[0] : places[0] + units]
        d_beta = gradients[k, places[1] : places[1] + units]
        for i in range(z.shape[1]):  # numba's assignment of one slice to another takes seconds to compile
            for j in range(units):
                dz[k, i, j] = z[k, i, j]
        normalize_backward(gradient[k], dz[k], kept[k], d_gamma, d_beta, z.dtype.type(-numpy.inf))


# Both kernels take several rows at once, so that a sum is loaded and stored once for them all; their loops over units
# are kept apart, because a loop over more than about five arrays is not vectorized.


@subkernel
def normalize(
    z: Array,
    h: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_variance: Array,
    kept: Array,
    share: Any,
    epsilon: Any,
    floor: Any,
) -> None:
    """h = max(gamma * z^ + beta, floor); updates running values, and keeps for each unit what backward needs."""
    rows, units = z.shape
    count, zero, one = z.dtype.type(rows), z.dtype.type(0), z.dtype.type(1)
    shift, mean, inverse, scale, offset = kept[0], kept[1], kept[2], kept[3], kept[4]
    # One pass gives mean and variance of z - shift, the mean of the first rows. Rounding errors grow with the square
    # of (mean - shift) / deviation, which is at most rows / 8, however far from zero the mean is.
    first = min(rows, 8)
    mean[:] = 0
    for i in range(1, first):
        for j in range(units):
            mean[j] += z[i, j] - z[0, j]
    part = one / z.dtype.type(first)
    for j in range(units):
        shift[j] = z[0, j] + mean[j] * part
    mean[:] = 0
    inverse[:] = 0
    whole = rows - rows % 8
    for i in range(0, whole, 8):
        for j in range(units):
            s = shift[j]
            a, b, c, d = z[i, j] - s, z[i + 1, j] - s, z[i + 2, j] - s, z[i + 3, j] - s
            e, f, g, o = z[i + 4, j] - s, z[i + 5, j] - s, z[i + 6, j] - s, z[i + 7, j] - s
            mean[j] += ((a + b) + (c + d)) + ((e + f) + (g + o))
            inverse[j] += ((a * a + b * b) + (c * c + d * d)) + ((e * e + f * f) + (g * g + o * o))
    for i in range(whole, rows):
        for j in range(units):
            a = z[i, j] - shift[j]
            mean[j] += a
            inverse[j] += a * a
    for j in range(units):
        apart = mean[j] / count
        squares = inverse[j] - apart * mean[j]
        inverse[j] = zero if squares < zero else squares  # NaN stays
        mean[j] = apart
    for j in range(units):
        running_mean[j] += share * (shift[j] + mean[j] - running_mean[j])
    for j in range(units):
        running_variance[j] += share * (inverse[j] / (count - one) - running_variance[j])
    for j in range(units):
        inverse[j] = one / numpy.sqrt(inverse[j] / count + epsilon)
    for j in range(units):
        scale[j] = gamma[j] * inverse[j]
    for j in range(units):
        offset[j] = beta[j] - scale[j] * mean[j]
    for i in range(rows):
        for j in range(units):
            value = scale[j] * (z[i, j] - shift[j]) + offset[j]
            h[i, j] = floor if value <= floor else value  # NaN stays


@subkernel
def normalize_backward(gradient: Array, z: Array, kept: Array, d_gamma: Array, d_beta: Array, floor: Any) -> None:
    """dz over z, from the gradient with respect to h; units at the floor, computed again from z, pass nothing on."""
    rows, units = z.shape
    count, zero = z.dtype.type(rows), z.dtype.type(0)
    shift, mean, inverse, scale, offset = kept[0], kept[1], kept[2], kept[3], kept[4]
    slope, middle = kept[5], kept[6]
    d_gamma[:] = 0
    d_beta[:] = 0
    whole = rows - rows % 4
    for i in range(0, whole, 4):
        for j in range(units):
            s, k, o = shift[j], scale[j], offset[j]
            e, f, g, h = z[i, j] - s, z[i + 1, j] - s, z[i + 2, j] - s, z[i + 3, j] - s
            a = gradient[i, j] if k * e + o > floor else zero
            b = gradient[i + 1, j] if k * f + o > floor else zero
            c = gradient[i + 2, j] if k * g + o > floor else zero
            d = gradient[i + 3, j] if k * h + o > floor else zero
            d_beta[j] += (a + b) + (c + d)
            d_gamma[j] += (a * e + b * f) + (c * g + d * h)
    for i in range(whole, rows):
        for j in range(units):
            e = z[i, j] - shift[j]
            a = gradient[i, j] if scale[j] * e + offset[j] > floor else zero
            d_beta[j] += a
            d_gamma[j] += a * e
    for j in range(units):
        d_gamma[j] = (d_gamma[j] - mean[j] * d_beta[j]) * inverse[j]
    for j in range(units):
        slope[j] = scale[j] * inverse[j] * d_gamma[j] / count
    for j in range(units):
        middle[j] = slope[j] * mean[j] - scale[j] * d_beta[j] / count
    for i in range(rows):
        for j in range(units):
            e = z[i, j] - shift[j]
            a = gradient[i, j] if scale[j] * e + offset[j] > floor else zero
            z[i, j] = scale[j] * a - slope[j] * e + middle[j]
