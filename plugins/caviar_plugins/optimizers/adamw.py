"""AdamW: Adam, with a decay of the weights that its scaling does not touch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, tunable

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log


class AdamW(Optimizer, interface=1):
    """w *= 1 - learning_rate * decay for weights; then, for all, Adam's step.

    theta -= learning_rate * m_hat / (sqrt(v_hat) + epsilon), m and v averages of the gradient and of its square,
    corrected for their start at zero. Biases, gamma and beta do not decay; a slot may have a factor of its own
    (`Slot.decay`). A penalty in the gradient (`l2`) is divided by sqrt(v_hat) with it, so that weights with large
    gradients are penalized less; this decay is the same for all.
    Source: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2, in PyTorch's form: the decay follows the schedule.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.optimizers.adamw_kernel:CompiledAdamW",
        "cupy": "caviar_plugins.optimizers.adamw_gpu:CUDAAdamW",
    }

    learning_rate: Tunable[float] = tunable(
        default=1e-3, gt=0, search=Log(1e-4, 1.0), tier=1, also=("lr", "alpha", "learning_rate_init", "eta")
    )
    decay: Tunable[float] = tunable(
        default=0.01, ge=0, search=Log(1e-4, 1.0), tier=3, also=("weight_decay", "lambda", "strength")
    )
    beta1: Tunable[float] = tunable(default=0.9, ge=0, lt=1, search=Beta(0.8, 0.99), tier=4, also=("beta_1",))
    beta2: Tunable[float] = tunable(default=0.999, ge=0, lt=1, search=Beta(0.9, 0.9999), tier=4, also=("beta_2",))
    epsilon: Tunable[float] = tunable(default=1e-8, gt=0, search=Log(1e-10, 1e-4), tier=4, also=("eps",))

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        xp = namespace(parameters)
        return {"m": xp.zeros_like(parameters), "v": xp.zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        xp = namespace(parameters)
        for slot in layout:
            if slot.decays:
                parameters[:, slot.start : slot.stop] *= 1 - self.learning_rate * self.decay * slot.decays
        m, v = state["m"], state["v"]
        m += (1 - self.beta1) * (gradients - m)
        v *= self.beta2
        v += (1 - self.beta2) * gradients**2
        m_hat = m / (1 - self.beta1**step)
        v_hat = v / (1 - self.beta2**step)
        parameters -= self.learning_rate * m_hat / (xp.sqrt(v_hat) + self.epsilon)
