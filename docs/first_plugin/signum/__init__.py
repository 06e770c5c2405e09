"""signum: steps of equal length in every coordinate."""

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, tunable
from caviar_plugins import Beta, Log


class Signum(Optimizer, interface=1):
    """average = momentum * average + (1 - momentum) * gradient; theta -= learning_rate * sign(average).

    Source: Bernstein et al. 2018, arXiv:1802.04434, where it has this name.
    """

    learning_rate: Tunable[float] = tunable(default=1e-3, gt=0, search=Log(1e-5, 1e-1), tier=1, also=("lr",))
    momentum: Tunable[float] = tunable(default=0.9, ge=0, lt=1, search=Beta(0.5, 0.99), tier=2)

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        return {"average": namespace(parameters).zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        average = state["average"]
        average += (1 - self.momentum) * (gradients - average)
        parameters -= self.learning_rate * namespace(average).sign(average)
