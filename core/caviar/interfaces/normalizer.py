"""Normalizer: rescales the inputs of a hidden layer's activation, or its outputs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription, Operation
from caviar.values.slot import Slot


class Normalizer(Plugin):
    """z: (members, batch, units); parameters, statistics and tunables: (members, 1, units) or (members, 1, 1).

    `place` says where it stands. A layer has no bias exactly when its normalizer stands before the activation and
    `cancels_bias`: subtracting a mini-batch mean removes any constant.
    """

    kind: ClassVar[str] = "normalizer"
    interface: ClassVar[int] = 1
    cancels_bias: ClassVar[bool] = False
    """Whether adding a constant per unit to z changes nothing."""
    smallest_batch: ClassVar[int] = 1
    """Fewer rows than this cannot be trained on."""

    place: Literal["before-activation", "after-activation"] = "before-activation"

    @abstractmethod
    def slots(self, units: int) -> tuple[Slot, ...]:
        """The parameters, such as gamma and beta, each of shape (1, units), with their initial values."""

    @abstractmethod
    def statistics(self, units: int) -> tuple[Slot, ...]:
        """The running values, role "statistic"; no optimizer or penalty changes them."""

    @abstractmethod
    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        """The output and the cache for `backward`. In training it updates the statistics in place."""

    @abstractmethod
    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        """Returns the gradient with respect to z; fills the parameters' gradients in place."""

    @abstractmethod
    def fold(
        self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]
    ) -> tuple[Array | float, Array | float] | None:
        """(scale, shift) with output = scale * z + shift at prediction; None where it depends on the row."""

    def description(self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]) -> Operation:
        """For exporters, where `fold` returns None: its formula at prediction, of one member.

        Called on the bound normalizer of one member, with arrays as in `forward`. A subclass of one that has a
        description, and that overrides `forward`, must override this too: no model with it can be exported otherwise.
        """
        raise NoDescription(self)

    @property
    def re_estimates(self) -> bool:
        """Whether, after training, `gather` replaces the running values by those of the whole training set."""
        return False

    def gather(self, z: Array, statistics: Mapping[str, Array], seen: int) -> None:
        """Adds rows z to statistics of `seen` rows so far, in place; with 0 the present values are ignored.

        Called for each tile of the training set in turn, with z as in prediction; only where `re_estimates`.
        """
        raise NotImplementedError(f"{type(self).__name__} re-estimates nothing")
