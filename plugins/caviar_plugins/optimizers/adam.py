"""Adam: steps scaled by running averages of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, tunable

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log


class Adam(Optimizer, interface=1):
    """theta -= learning_rate * m_hat / (sqrt(v_hat) + epsilon), m and v corrected for their start at zero.

    m and v are averages of the gradient and of its square over about 1 / (1 - beta1) and 1 / (1 - beta2) steps.
    Epsilon stands outside the root; batch normalization's stands inside.
    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.optimizers.adam_kernel:CompiledAdam",
        "cupy": "caviar_plugins.optimizers.adam_gpu:CUDAAdam",
    }

    learning_rate: Tunable[float] = tunable(
        default=1e-3, gt=0, search=Log(1e-4, 1.0), tier=1, also=("lr", "alpha", "learning_rate_init", "eta")
    )
    beta1: Tunable[float] = tunable(default=0.9, ge=0, lt=1, search=Beta(0.8, 0.99), tier=4, also=("beta_1",))
    beta2: Tunable[float] = tunable(default=0.999, ge=0, lt=1, search=Beta(0.9, 0.9999), tier=4, also=("beta_2",))
    epsilon: Tunable[float] = tunable(default=1e-8, gt=0, search=Log(1e-10, 1e-4), tier=4, also=("eps",))

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        xp = namespace(parameters)
        return {"m": xp.zeros_like(parameters), "v": xp.zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        xp = namespace(parameters)
        m, v = state["m"], state["v"]
        m += (1 - self.beta1) * (gradients - m)
        v *= self.beta2  # v += (1 - beta2) * (g^2 - v) would lose a small g^2 beside a large v where beta2 is small
        v += (1 - self.beta2) * gradients**2
        m_hat = m / (1 - self.beta1**step)
        v_hat = v / (1 - self.beta2**step)
        parameters -= self.learning_rate * m_hat / (xp.sqrt(v_hat) + self.epsilon)
