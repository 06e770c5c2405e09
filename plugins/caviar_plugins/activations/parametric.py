"""parametric: another activation, mixed with the identity to a share that each unit learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.plugin import Activation, Array, Initial, Operation, Slot, Tunable, namespace, setting, tunable

from caviar_plugins.activations.selu import SELU


class Parametric(Activation, interface=1):
    """z + alpha * (of(z) - z), alpha one number per unit, 1 at first: then it is the activation `of`.

    Gradients: d alpha = sum over rows of d * (of(z) - z); d z = d * (1 - alpha) + of'(z) * d * alpha. Weight decay and
    `l2` leave alpha alone. Source: Holzmüller, Grinsztajn & Steinwart 2024, arXiv:2407.04491, "parametric activation
    functions": RealMLP has SELU for classes and Mish for numbers, and a tenth of the learning rate.
    """

    of: Tunable[Activation] = tunable(default=SELU(), also=("activation", "act", "base"))
    rate: float = setting(default=0.1, gt=0, also=("act_lr_factor", "lr_factor"))
    """The optimizer's steps of alpha are multiplied by it."""

    def slots(self, units: int) -> tuple[Slot, ...]:
        return (Slot("alpha", (1, units), "scale", Initial("constant", 1.0), rate=self.rate),)

    def forward(self, z: Array) -> tuple[Array, Any]:
        return self.of.forward(z)

    def backward(self, gradient: Array, cache: Any) -> Array:
        return self.of.backward(gradient, cache)

    def forward_with(self, z: Array, parameters: Mapping[str, Array]) -> tuple[Array, Any]:
        output, cache = self.of.forward(z)
        change = output - z
        return z + parameters["alpha"] * change, (change, cache)

    def backward_with(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        change, kept = cache
        gradients["alpha"][...] = namespace(gradient).sum(gradient * change, axis=1, keepdims=True)
        through = gradient * parameters["alpha"]
        past: Array = gradient - through
        return past + self.of.backward(through, kept)

    def initial(self, inputs: int, outputs: int) -> Initial:
        return self.of.initial(inputs, outputs)

    def description(self) -> Operation:
        return self.of.description()

    def description_with(self, parameters: Mapping[str, Array]) -> Operation:
        of = self.of.description()
        return Operation("parametric", {"of": (of.name,), "alpha": parameters["alpha"][0, 0], **of.constants})
