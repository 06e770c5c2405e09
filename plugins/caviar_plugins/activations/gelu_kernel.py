"""GELU's compiled variant: one pass before NumPy's tanh, and one after it for the output and the derivative."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy
from caviar.plugin import Array

from caviar_plugins.activations.gelu import GELU
from caviar_plugins.kernels import compiled, walkable


class CompiledGELU(GELU):
    """Stores the derivative, so that `backward` is one product."""

    def forward(self, z: Array) -> tuple[Array, Any]:
        z = walkable(z)
        h, slope = numpy.empty_like(z), numpy.empty_like(z)
        # In z's own type: a Python number would make a compiled loop compute in float64.
        constants = numpy.asarray([1, 0.5, sqrt(2 / pi), 0.044715, 3 * 0.044715], z.dtype)
        _before(z.reshape(-1), slope.reshape(-1), constants)
        numpy.tanh(slope, out=slope)
        _after(z.reshape(-1), h.reshape(-1), slope.reshape(-1), constants)
        return h, slope

    def backward(self, gradient: Array, cache: Any) -> Array:
        slope: Array = cache
        return gradient * slope


@compiled
def _before(z: Array, inner: Array, constants: Array) -> None:
    scale, cubic = constants[2], constants[3]
    for i in range(len(z)):
        inner[i] = scale * (z[i] + cubic * z[i] * z[i] * z[i])


@compiled
def _after(z: Array, h: Array, slope: Array, constants: Array) -> None:
    """slope: the tanh, becomes the derivative."""
    one, half, scale, cubic3 = constants[0], constants[1], constants[2], constants[4]
    for i in range(len(z)):
        x, t = z[i], slope[i]
        h[i] = half * x * (one + t)
        slope[i] = half * (one + t + x * (one - t * t) * scale * (one + cubic3 * x * x))
