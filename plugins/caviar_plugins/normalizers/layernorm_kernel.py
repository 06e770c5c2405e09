"""Layer normalization's compiled variant: row by row, while the row is in cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy
from caviar.plugin import Array, Views

from caviar_plugins.kernels import compiled, subkernel, summing, walkable
from caviar_plugins.normalizers.layernorm import LayerNorm


class CompiledLayerNorm(LayerNorm):
    """The same numbers, in one pass each way."""

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        if not isinstance(parameters, Views):
            return super().forward(z, parameters, statistics, training)
        z = walkable(z)
        h, normalized, inverse = numpy.empty_like(z), numpy.empty_like(z), numpy.empty(z.shape[:2], z.dtype)
        places = parameters.slot("gamma").start, parameters.slot("beta").start
        epsilon, share = cast("Array", self.epsilon), z.dtype.type(1 / z.shape[2])
        _forward(z, h, normalized, inverse, parameters.buffer, places, epsilon, share)
        return h, (normalized, inverse)

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        if not (isinstance(parameters, Views) and isinstance(gradients, Views)):
            return super().backward(gradient, cache, parameters, gradients)
        normalized, inverse = cast("tuple[Array, Array]", cache)
        dz, share = numpy.empty_like(normalized), normalized.dtype.type(1 / normalized.shape[2])
        places = parameters.slot("gamma").start, parameters.slot("beta").start
        _backward(walkable(gradient), dz, normalized, inverse, parameters.buffer, gradients.buffer, places, share)
        return dz


@compiled
def _forward(
    z: Array,
    h: Array,
    normalized: Array,
    inverse: Array,
    parameters: Array,
    places: tuple[int, int],
    epsilon: Array,
    share: Any,
) -> None:
    units = z.shape[2]
    for k in range(len(z)):
        gamma, beta = parameters[k, places[0] : places[0] + units], parameters[k, places[1] : places[1] + units]
        _normalize(z[k], h[k], normalized[k], inverse[k], gamma, beta, epsilon[k, 0, 0], share)


@compiled
def _backward(
    gradient: Array,
    dz: Array,
    normalized: Array,
    inverse: Array,
    parameters: Array,
    gradients: Array,
    places: tuple[int, int],
    share: Any,
) -> None:
    units = dz.shape[2]
    for k in range(len(dz)):
        gamma = parameters[k, places[0] : places[0] + units]
        d_gamma = gradients[k, places[0] : places[0] + units]
        d_beta = gradients[k, places[1] : places[1] + units]
        _normalize_backward(gradient[k], dz[k], normalized[k], inverse[k], gamma, d_gamma, d_beta, share)


@subkernel
def _normalize(
    z: Array, h: Array, normalized: Array, inverse: Array, gamma: Array, beta: Array, epsilon: Any, share: Any
) -> None:
    """share: 1 / units, in z's own type, so that all sums are."""
    rows, units = z.shape
    for i in range(rows):
        row = normalized[i]
        mean = _sum(z[i], share - share) * share
        for j in range(units):
            row[j] = z[i, j] - mean
        left = _sum(row, share - share) * share  # what rounding left of a mean far from zero
        for j in range(units):
            row[j] -= left
        inverse[i] = 1 / numpy.sqrt(_sum_products(row, row, share - share) * share + epsilon)
        scale = inverse[i]
        for j in range(units):
            row[j] *= scale
            h[i, j] = gamma[j] * row[j] + beta[j]


@subkernel
def _normalize_backward(
    gradient: Array,
    dz: Array,
    normalized: Array,
    inverse: Array,
    gamma: Array,
    d_gamma: Array,
    d_beta: Array,
    share: Any,
) -> None:
    rows, units = dz.shape
    d_gamma[:] = 0
    d_beta[:] = 0
    for i in range(rows):
        row, g = normalized[i], dz[i]
        for j in range(units):
            d_beta[j] += gradient[i, j]
            d_gamma[j] += gradient[i, j] * row[j]
            g[j] = gamma[j] * gradient[i, j]
        mean, slope = _sum(g, share - share) * share, _sum_products(g, row, share - share) * share
        scale = inverse[i]
        for j in range(units):
            g[j] = scale * (g[j] - mean - row[j] * slope)


@summing
def _sum(row: Array, total: Any) -> Any:
    for j in range(len(row)):
        total += row[j]
    return total


@summing
def _sum_products(row: Array, other: Array, total: Any) -> Any:
    for j in range(len(row)):
        total += row[j] * other[j]
    return total
