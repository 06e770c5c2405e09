"""gelu: the identity, weighed by how likely a smaller normal draw is."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sqrt
from typing import Any, ClassVar

from caviar.plugin import Activation, Array, Initial, Operation, namespace

_SCALE, _CUBIC = sqrt(2 / pi), 0.044715


class GELU(Activation, interface=1):
    """z * (1 + t) / 2, t = tanh(sqrt(2 / pi) * (z + 0.044715 z^3)), which is near z * P(normal draw < z).

    The tanh form, because array libraries have no error function: PyTorch's GELU(approximate="tanh"), within 0.0005 of
    the other. Weights begin as in front of relu, which it resembles.
    Source: Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.activations.gelu_kernel:CompiledGELU",
    }

    def forward(self, z: Array) -> tuple[Array, Any]:
        t = namespace(z).tanh(_SCALE * (z + _CUBIC * z * z * z))
        return 0.5 * z * (1 + t), (z, t)

    def backward(self, gradient: Array, cache: Any) -> Array:
        z, t = cache
        inner = _SCALE * (1 + 3 * _CUBIC * z**2)
        dz: Array = gradient * 0.5 * (1 + t + z * (1 - t**2) * inner)
        return dz

    def initial(self, inputs: int, outputs: int) -> Initial:
        return Initial("normal", sqrt(2.0 / inputs))

    def description(self) -> Operation:
        return Operation("gelu")
