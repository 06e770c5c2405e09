"""Activation: the nonlinearity between layers."""

from __future__ import annotations

from abc import abstractmethod
from math import sqrt
from typing import Any, ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.slot import Initial


class Activation(Plugin):
    """Element by element on (members, batch, units); tunables are (members, 1, 1)."""

    kind: ClassVar[str] = "activation"
    interface: ClassVar[int] = 1

    @abstractmethod
    def forward(self, z: Array) -> tuple[Array, Any]:
        """Output and what backward needs."""

    @abstractmethod
    def backward(self, gradient: Array, cache: Any) -> Array:
        """dz."""

    def initial(self, inputs: int, outputs: int) -> Initial:
        """How weights in front of it begin: Glorot & Bengio 2010, normal form, unless overridden."""
        return Initial("normal", sqrt(2.0 / (inputs + outputs)))
