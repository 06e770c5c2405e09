"""mish: the identity, weighed by the tanh of a softplus."""

from __future__ import annotations

from math import sqrt
from typing import Any

from caviar.plugin import Activation, Array, Initial, Operation, namespace

from caviar_plugins.activations.sigmoid import logistic


class Mish(Activation, interface=1):
    """z * t, t = tanh(log(1 + exp(z))); slope t + z * (1 - t^2) * s with s = 1 / (1 + exp(-z)).

    Weights begin as in front of relu, which it resembles. Source: Misra 2019, arXiv:1908.08681, equation 1.
    """

    def forward(self, z: Array) -> tuple[Array, Any]:
        xp = namespace(z)
        softplus = xp.maximum(z, xp.zeros((), dtype=z.dtype)) + xp.log1p(xp.exp(-xp.abs(z)))
        t = xp.tanh(softplus)
        return z * t, (z, t)

    def backward(self, gradient: Array, cache: Any) -> Array:
        z, t = cache
        dz: Array = gradient * (t + z * (1 - t * t) * logistic(z))
        return dz

    def initial(self, inputs: int, outputs: int) -> Initial:
        return Initial("normal", sqrt(2.0 / inputs))

    def description(self) -> Operation:
        return Operation("mish")
