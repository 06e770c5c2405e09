"""none: layers as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.plugin import Array, Normalizer, Slot


class NoNormalizer(Normalizer, interface=1):
    """The identity; layers keep their biases."""

    def slots(self, units: int) -> tuple[Slot, ...]:
        return ()

    def statistics(self, units: int) -> tuple[Slot, ...]:
        return ()

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        return z, None

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        return gradient

    def fold(
        self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]
    ) -> tuple[Array | float, Array | float]:
        return 1.0, 0.0
