"""Huber: squared error near the target, absolute error far from it."""

from __future__ import annotations

from typing import Any, ClassVar

from caviar.plugin import Array, Loss, Operation, Task, TaskKind, Tunable, namespace, tunable

from caviar_plugins.samplers.log import Log


class Huber(Loss, interface=1):
    """Mean over the targets of c * (e - c / 2), e = output - target, c = e held within -delta and delta.

    That is e^2 / 2 up to delta and delta * (|e| - delta / 2) beyond; gradient c / (rows * targets). Targets are
    scaled, so delta counts in their standard deviations. PyTorch: HuberLoss.
    Source: Huber 1964, "Robust estimation of a location parameter".
    """

    task: ClassVar[TaskKind] = "regression"

    delta: Tunable[float] = tunable(default=1.0, gt=0, search=Log(0.1, 10.0), tier=4, also=("epsilon", "beta"))

    def outputs(self, task: Task) -> int:
        return len(task.targets)

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        xp = namespace(output)
        error = output - target
        held = xp.minimum(xp.maximum(error, -self.delta), self.delta)
        return xp.mean(held * (error - held / 2), axis=-1), held

    def backward(self, cache: Any) -> Array:
        held: Array = cache
        _, rows, targets = held.shape
        gradient: Array = held * (1 / (rows * targets))
        return gradient

    def predict(self, output: Array) -> Array:
        return output

    def description(self) -> Operation:
        return Operation("identity")
