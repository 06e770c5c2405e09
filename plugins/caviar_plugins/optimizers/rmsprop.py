"""RMSprop: steps scaled by a running average of the gradient's square."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, tunable

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log


class RMSprop(Optimizer, interface=1):
    """velocity = momentum * velocity + gradient / (sqrt(v) + epsilon); theta -= learning_rate * velocity.

    v is an average of the gradient's square over about 1 / (1 - beta2) steps. It starts at zero and is not corrected,
    so the first steps are large: up to learning_rate / sqrt(1 - beta2). Epsilon stands outside the root, as in PyTorch.
    Source: Tieleman & Hinton 2012, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.optimizers.rmsprop_kernel:CompiledRMSprop",
        "cupy": "caviar_plugins.optimizers.rmsprop_gpu:CUDARMSprop",
    }

    learning_rate: Tunable[float] = tunable(
        default=0.001, gt=0, search=Log(1e-4, 1.0), tier=1, also=("lr", "learning_rate_init", "eta")
    )
    beta2: Tunable[float] = tunable(
        default=0.99, ge=0, lt=1, search=Beta(0.9, 0.9999), tier=4, also=("rho", "alpha", "decay", "beta")
    )
    """PyTorch's alpha, Keras's rho."""
    momentum: Tunable[float] = tunable(default=0.0, ge=0, lt=1, search=Beta(0.5, 0.99), tier=2)
    epsilon: Tunable[float] = tunable(default=1e-8, gt=0, search=Log(1e-10, 1e-4), tier=4, also=("eps",))

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        xp = namespace(parameters)
        return {"v": xp.zeros_like(parameters), "velocity": xp.zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        xp = namespace(parameters)
        v, velocity = state["v"], state["velocity"]
        v *= self.beta2
        v += (1 - self.beta2) * gradients**2
        velocity *= self.momentum
        velocity += gradients / (xp.sqrt(v) + self.epsilon)
        parameters -= self.learning_rate * velocity
