"""SGD: steps against the gradient, with momentum if wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, setting, tunable

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log


class SGD(Optimizer, interface=1):
    """velocity = momentum * velocity + gradient; theta -= learning_rate * velocity.

    PyTorch's form: the gradient enters whole, so that steps grow to 1 / (1 - momentum) times the plain ones.
    Nesterov's looks one step ahead: theta -= learning_rate * (gradient + momentum * velocity).
    Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.optimizers.sgd_kernel:CompiledSGD",
        "cupy": "caviar_plugins.optimizers.sgd_gpu:CUDASGD",
    }

    learning_rate: Tunable[float] = tunable(
        default=0.01, gt=0, search=Log(1e-4, 1.0), tier=1, also=("lr", "alpha", "learning_rate_init", "eta")
    )
    momentum: Tunable[float] = tunable(default=0.0, ge=0, lt=1, search=Beta(0.5, 0.99), tier=2, also=("beta",))
    nesterov: bool = setting(default=False, also=("nesterovs_momentum",))

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        return {"velocity": namespace(parameters).zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        velocity = state["velocity"]
        velocity *= self.momentum
        velocity += gradients
        direction = gradients + self.momentum * velocity if self.nesterov else velocity
        parameters -= self.learning_rate * direction
