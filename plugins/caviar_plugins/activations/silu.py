"""silu: the identity, weighed by its own sigmoid; also known as swish."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any, ClassVar

from caviar.plugin import Activation, Array, Initial, Operation

from caviar_plugins.activations.sigmoid import logistic


class SiLU(Activation, interface=1):
    """z * s, s = 1 / (1 + exp(-z)); slope s * (1 + z * (1 - s)). Weights begin as in front of relu, which it resembles.

    Source: Elfwing, Uchibe & Doya 2017, arXiv:1702.03118; Ramachandran, Zoph & Le 2017, arXiv:1710.05941.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.activations.silu_kernel:CompiledSiLU",
    }

    def forward(self, z: Array) -> tuple[Array, Any]:
        s = logistic(z)
        return z * s, (z, s)

    def backward(self, gradient: Array, cache: Any) -> Array:
        z, s = cache
        dz: Array = gradient * s * (1 + z * (1 - s))
        return dz

    def initial(self, inputs: int, outputs: int) -> Initial:
        return Initial("normal", sqrt(2.0 / inputs))

    def description(self) -> Operation:
        return Operation("silu")
