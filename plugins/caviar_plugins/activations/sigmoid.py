"""sigmoid: squeezes everything between 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from caviar.plugin import Activation, Array, Operation, namespace


class Sigmoid(Activation, interface=1):
    """a = 1 / (1 + exp(-z)); slope a * (1 - a), at most 1/4, so signals fade in deep networks.

    Weights begin as Glorot & Bengio 2010 have it, the base class's default.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.activations.sigmoid_kernel:CompiledSigmoid",
    }

    def forward(self, z: Array) -> tuple[Array, Any]:
        a = logistic(z)
        return a, a

    def backward(self, gradient: Array, cache: Any) -> Array:
        a: Array = cache
        dz: Array = gradient * a * (1 - a)
        return dz

    def description(self) -> Operation:
        return Operation("sigmoid")


def logistic(z: Array) -> Array:
    """1 / (1 + exp(-z)) without overflow and with all its digits on both sides: exp only ever sees -|z|."""
    xp = namespace(z)
    small = xp.exp(-xp.abs(z))
    share: Array = xp.where(z >= 0, xp.ones((), dtype=z.dtype), small) / (1 + small)
    return share
