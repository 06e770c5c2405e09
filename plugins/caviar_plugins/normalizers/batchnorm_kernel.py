"""Batch normalization's compiled twin, and its loops for one member, which the MLP's twin calls too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy
from caviar import Array, Views

from caviar_plugins.kernels import compiled, walkable
from caviar_plugins.normalizers.batchnorm import BatchNorm


class CompiledBatchNorm(BatchNorm):
    """Keeps z, mean and 1 / sqrt(variance + epsilon) for backward, and computes z^ again: cheaper than writing it."""

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        if not (training and isinstance(parameters, Views) and isinstance(statistics, Views)):
            return super().forward(z, parameters, statistics, training)
        z = walkable(z)
        h, kept = numpy.empty_like(z), numpy.empty((2, len(z), z.shape[2]), z.dtype)
        places = parameters.slot("gamma").start, parameters.slot("beta").start
        running = statistics.slot("mean").start, statistics.slot("variance").start
        new, epsilon = self.share(statistics), cast("Array", self.epsilon)
        _forward(z, h, kept, parameters.buffer, places, statistics.buffer, running, new, epsilon)
        return h, (z, h, kept)

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        assert isinstance(parameters, Views)
        assert isinstance(gradients, Views)
        z, h, kept = cast("tuple[Array, Array, Array]", cache)
        dz = numpy.empty_like(z)
        places = parameters.slot("gamma").start, parameters.slot("beta").start
        _backward(walkable(gradient), dz, z, h, kept, parameters.buffer, gradients.buffer, places)
        return dz


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
        none = -numpy.inf * new[k, 0, 0]
        normalize(z[k], h[k], gamma, beta, mean, variance, kept[0, k], kept[1, k], new[k, 0, 0], epsilon[k, 0, 0], none)


@compiled
def _backward(
    gradient: Array,
    dz: Array,
    z: Array,
    h: Array,
    kept: Array,
    parameters: Array,
    gradients: Array,
    places: tuple[int, int],
) -> None:
    units = z.shape[2]
    for k in range(len(z)):
        gamma = parameters[k, places[0] : places[0] + units]
        d_gamma = gradients[k, places[0] : places[0] + units]
        d_beta = gradients[k, places[1] : places[1] + units]
        dz[k] = z[k]
        one = gamma[0] * 0 + 1
        normalize_backward(gradient[k], dz[k], h[k], kept[0, k], kept[1, k], gamma, d_gamma, d_beta, one, -numpy.inf)


@compiled
def normalize(
    z: Array,
    h: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_variance: Array,
    mean: Array,
    inverse: Array,
    share: Any,
    epsilon: Any,
    floor: Any,
) -> None:
    """h = max(gamma * z^ + beta, floor), and mean, 1 / sqrt(variance + epsilon) and running values along the way."""
    rows, units = z.shape
    # Mean and variance in two passes: one would lose a small variance around a large mean.
    mean[:] = 0
    inverse[:] = 0
    for i in range(rows):
        for j in range(units):
            mean[j] += z[i, j]
    for j in range(units):
        mean[j] /= rows
    for i in range(rows):
        for j in range(units):
            apart = z[i, j] - mean[j]
            inverse[j] += apart * apart
    scale = numpy.empty_like(gamma)
    for j in range(units):
        variance = inverse[j] / rows
        running_mean[j] += share * (mean[j] - running_mean[j])
        running_variance[j] += share * (inverse[j] / (rows - 1) - running_variance[j])
        inverse[j] = 1 / numpy.sqrt(variance + epsilon)
        scale[j] = gamma[j] * inverse[j]
    for i in range(rows):
        for j in range(units):
            value = scale[j] * (z[i, j] - mean[j]) + beta[j]
            h[i, j] = floor if value <= floor else value  # NaN stays


@compiled
def normalize_backward(
    gradient: Array,
    z: Array,
    h: Array,
    mean: Array,
    inverse: Array,
    gamma: Array,
    d_gamma: Array,
    d_beta: Array,
    factor: Any,
    floor: Any,
) -> None:
    """dz over z, from the gradient with respect to factor * h; what is not above the floor passes nothing on."""
    rows, units = z.shape
    d_gamma[:] = 0
    d_beta[:] = 0
    for i in range(rows):
        for j in range(units):
            passed = gradient[i, j] * factor if h[i, j] > floor else gradient[i, j] * 0
            gradient[i, j] = passed
            d_beta[j] += passed
            d_gamma[j] += passed * (z[i, j] - mean[j])
    scale, middle, slope = numpy.empty_like(gamma), numpy.empty_like(gamma), numpy.empty_like(gamma)
    for j in range(units):
        d_gamma[j] *= inverse[j]
        scale[j] = gamma[j] * inverse[j]
        middle[j] = d_beta[j] / rows
        slope[j] = inverse[j] * d_gamma[j] / rows
    for i in range(rows):
        for j in range(units):
            z[i, j] = scale[j] * (gradient[i, j] - middle[j] - (z[i, j] - mean[j]) * slope[j])
