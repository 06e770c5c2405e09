"""Activation: the nonlinearity between layers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from math import sqrt
from typing import Any, ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription, Operation
from caviar.values.slot import Initial, Slot


class Activation(Plugin):
    """Acts element by element on (members, batch, units); tunables are (members, 1, 1).

    A model whose layers have more axes, such as a convolution, calls it with (members, batch * positions, channels).

    One that learns numbers declares them in `slots` and overrides `forward_with` and `backward_with`, which a model
    calls with the views of each layer. A model that asks for no slots calls `forward` and `backward`, where these
    numbers have their initial values.
    """

    kind: ClassVar[str] = "activation"
    interface: ClassVar[int] = 1

    @abstractmethod
    def forward(self, z: Array) -> tuple[Array, Any]:
        """Output and what backward needs."""

    @abstractmethod
    def backward(self, gradient: Array, cache: Any) -> Array:
        """The gradient with respect to z, given that of the output."""

    def slots(self, units: int) -> tuple[Slot, ...]:
        """The numbers that one layer of so many units learns for it."""
        return ()

    def forward_with(self, z: Array, parameters: Mapping[str, Array]) -> tuple[Array, Any]:
        """As `forward`, with the layer's learned numbers, by the names of `slots`: (members, 1, units) or so."""
        return self.forward(z)

    def backward_with(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        """As `backward`, and fills the gradients of the learned numbers."""
        return self.backward(gradient, cache)

    def initial(self, inputs: int, outputs: int) -> Initial:
        """The initial weights of the layer before it: Glorot & Bengio 2010, normal form, unless overridden.

        `inputs` is the number of values that one unit sums over: of a 3x3 kernel over 8 channels, 72.
        """
        return Initial("normal", sqrt(2.0 / (inputs + outputs)))

    def description(self) -> Operation:
        """For exporters: its formula, as `forward` computes it for one member. Without one, no model can be exported.

        Called on the bound activation of one member.
        """
        raise NoDescription(self)

    def description_with(self, parameters: Mapping[str, Array]) -> Operation:
        """As `description`, with the layer's learned numbers of the first member, as `forward_with` computes it."""
        return self.description()
