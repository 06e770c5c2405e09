"""selu: a scaled exponential unit, whose outputs keep mean 0 and variance 1 from layer to layer."""

from __future__ import annotations

from math import sqrt
from typing import Any

from caviar.plugin import Activation, Array, Initial, Operation, namespace

SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


class SELU(Activation, interface=1):
    """scale * z above zero, scale * alpha * (exp(z) - 1) below, with the constants that make (0, 1) a fixed point.

    Weights begin normal with variance 1 / inputs, on which the fixed point depends.
    Source: Klambauer et al. 2017, "Self-normalizing neural networks", arXiv:1706.02515, equations 2 and 14.
    """

    def forward(self, z: Array) -> tuple[Array, Any]:
        xp = namespace(z)
        zero = xp.zeros((), dtype=z.dtype)
        below = SCALE * ALPHA * xp.exp(xp.minimum(z, zero))
        positive = z > 0
        return xp.where(positive, SCALE * z, below - SCALE * ALPHA), (positive, below)

    def backward(self, gradient: Array, cache: Any) -> Array:
        positive, below = cache
        dz: Array = namespace(gradient).where(positive, SCALE * gradient, gradient * below)
        return dz

    def initial(self, inputs: int, outputs: int) -> Initial:
        return Initial("normal", sqrt(1.0 / inputs))

    def description(self) -> Operation:
        return Operation("selu")
