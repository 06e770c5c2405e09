"""Layer normalization: every row with mean beta and standard deviation gamma over its units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from caviar.plugin import Array, Initial, Normalizer, Operation, Slot, Tunable, namespace, tunable

from caviar_plugins.samplers.log import Log


class LayerNorm(Normalizer, interface=1):
    """z~ = gamma * z^ + beta, z^ = (z - mean) / sqrt(variance + epsilon), per row over its n units.

    The variance is biased, epsilon stands inside the root. Rows do not meet, so training and prediction are the same,
    there are no running values and any batch size will do; but it cannot be folded into the weights, and a bias in
    front is not cancelled, because it differs from unit to unit.

    Backward, with g = gamma * dz~ and means over the units of a row:
        d beta = sum dz~        d gamma = sum dz~ * z^        (over rows)
        dz = (g - mean g - z^ * mean(g * z^)) / sqrt(variance + epsilon)
    Source: Ba, Kiros & Hinton 2016, arXiv:1607.06450.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.normalizers.layernorm_kernel:CompiledLayerNorm",
    }

    epsilon: Tunable[float] = tunable(default=1e-5, gt=0, search=Log(1e-6, 1e-2), tier=4, also=("eps",))

    def slots(self, units: int) -> tuple[Slot, ...]:
        return (
            Slot("gamma", (1, units), "scale", Initial("constant", 1.0)),
            Slot("beta", (1, units), "shift", Initial("constant", 0.0)),
        )

    def statistics(self, units: int) -> tuple[Slot, ...]:
        return ()

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        xp = namespace(z)
        centered = z - xp.mean(z, axis=2, keepdims=True)
        centered = centered - xp.mean(centered, axis=2, keepdims=True)  # what rounding left of a mean far from zero
        inverse = 1 / xp.sqrt(xp.mean(centered**2, axis=2, keepdims=True) + self.epsilon)
        normalized = centered * inverse
        return parameters["gamma"] * normalized + parameters["beta"], (normalized, inverse)

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        xp = namespace(gradient)
        normalized, inverse = cache
        gradients["beta"][...] = xp.sum(gradient, axis=1, keepdims=True)
        gradients["gamma"][...] = xp.sum(gradient * normalized, axis=1, keepdims=True)
        g = parameters["gamma"] * gradient
        mean, slope = xp.mean(g, axis=2, keepdims=True), xp.mean(g * normalized, axis=2, keepdims=True)
        dz: Array = inverse * (g - mean - normalized * slope)
        return dz

    def fold(self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]) -> None:
        return None

    def description(self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]) -> Operation:
        epsilon: Any = self.epsilon  # bound: an array over the members
        constants = {
            "gamma": parameters["gamma"][0, 0],
            "beta": parameters["beta"][0, 0],
            "epsilon": float(epsilon[0, 0, 0]),
        }
        return Operation("layernorm", constants)
