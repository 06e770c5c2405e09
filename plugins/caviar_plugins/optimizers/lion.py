"""Lion: steps of one length for all parameters, in the direction of an averaged gradient's sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, tunable

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log


class Lion(Optimizer, interface=1):
    """w *= 1 - learning_rate * decay for weights; then, for all, theta -= learning_rate * sign(c).

    c = beta1 * m + (1 - beta1) * gradient, and afterwards m = beta2 * m + (1 - beta2) * gradient. Biases, gamma and
    beta do not decay, as in `adamw`. Every step has the length learning_rate, which is therefore 3 to 10 times smaller
    than Adam's, and decay as many times larger.
    Source: Chen et al. 2023, "Symbolic discovery of optimization algorithms", arXiv:2302.06675, algorithm 2.
    """

    variants: ClassVar[Mapping[str, str]] = {"numpy": "caviar_plugins.optimizers.lion_kernel:CompiledLion"}

    learning_rate: Tunable[float] = tunable(
        default=1e-4, gt=0, search=Log(1e-5, 0.1), tier=1, also=("lr", "alpha", "learning_rate_init", "eta")
    )
    decay: Tunable[float] = tunable(
        default=0.0, ge=0, search=Log(1e-3, 10.0), tier=3, also=("weight_decay", "lambda", "strength")
    )
    beta1: Tunable[float] = tunable(default=0.9, ge=0, lt=1, search=Beta(0.8, 0.99), tier=4, also=("beta_1",))
    beta2: Tunable[float] = tunable(default=0.99, ge=0, lt=1, search=Beta(0.9, 0.999), tier=4, also=("beta_2",))

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        return {"m": namespace(parameters).zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        for slot in layout:
            if slot.decays:
                parameters[:, slot.start : slot.stop] *= 1 - self.learning_rate * self.decay * slot.decays
        m = state["m"]
        parameters -= self.learning_rate * namespace(m).sign(self.beta1 * m + (1 - self.beta1) * gradients)
        m *= self.beta2
        m += (1 - self.beta2) * gradients
