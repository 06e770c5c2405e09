"""tanh: squeezes everything between -1 and 1."""

from __future__ import annotations

from typing import Any

from caviar.plugin import Activation, Array, Operation, namespace


class Tanh(Activation, interface=1):
    """a = tanh(z); slope 1 - a^2. Centered at zero, so it suits hidden layers better than sigmoid.

    Weights begin as Glorot & Bengio 2010 have it, the base class's default, which was derived for this function.
    """

    def forward(self, z: Array) -> tuple[Array, Any]:
        a = namespace(z).tanh(z)
        return a, a

    def backward(self, gradient: Array, cache: Any) -> Array:
        a: Array = cache
        dz: Array = gradient * (1 - a**2)
        return dz

    def description(self) -> Operation:
        return Operation("tanh")
