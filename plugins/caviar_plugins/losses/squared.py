"""Squared error: the loss of regression."""

from __future__ import annotations

from typing import Any, ClassVar

from caviar.plugin import Array, Loss, Operation, Task, TaskKind, namespace


class Squared(Loss, interface=1):
    """Mean over the targets of (output - target)^2; gradient 2 (output - target) / (rows * targets).

    Without the factor 1/2 that some books write: as PyTorch's MSELoss.
    """

    task: ClassVar[TaskKind] = "regression"

    def outputs(self, task: Task) -> int:
        return len(task.targets)

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        error = output - target
        xp = namespace(output)
        return xp.mean(error**2, axis=-1), error

    def backward(self, cache: Any) -> Array:
        error: Array = cache
        _, rows, targets = error.shape
        gradient: Array = error * (2 / (rows * targets))
        return gradient

    def predict(self, output: Array) -> Array:
        return output

    def description(self) -> Operation:
        return Operation("identity")
