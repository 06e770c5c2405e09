"""Leaky ReLU's compiled variant."""

from __future__ import annotations

from typing import Any

import numpy
from caviar.plugin import Array

from caviar_plugins.activations.leaky_relu import LeakyReLU
from caviar_plugins.kernels import compiled, walkable


class CompiledLeakyReLU(LeakyReLU):
    """Stores its output instead of a mask: it is above 0 where z was."""

    def forward(self, z: Array) -> tuple[Array, Any]:
        z = walkable(z)
        h = numpy.empty_like(z)
        _forward(z.reshape(-1), h.reshape(-1), z.dtype.type(self.slope))
        return h, h

    def backward(self, gradient: Array, cache: Any) -> Array:
        h: Array = cache
        dz = numpy.empty_like(h)
        _backward(walkable(gradient).reshape(-1), h.reshape(-1), dz.reshape(-1), h.dtype.type(self.slope))
        return dz


@compiled
def _forward(z: Array, h: Array, slope: Any) -> None:
    for i in range(len(z)):
        h[i] = z[i] if z[i] > 0 else slope * z[i]  # NaN stays


@compiled
def _backward(gradient: Array, h: Array, dz: Array, slope: Any) -> None:
    for i in range(len(h)):
        dz[i] = gradient[i] if h[i] > 0 else slope * gradient[i]
