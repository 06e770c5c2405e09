"""Absolute error: a regression loss that is robust to outliers."""

from __future__ import annotations

from typing import Any, ClassVar

from caviar.plugin import Array, Loss, Operation, Task, TaskKind, namespace


class Absolute(Loss, interface=1):
    """Mean over the targets of |output - target|; gradient sign(output - target) / (rows * targets).

    It is smallest at the median, where squared error is at the mean. PyTorch: L1Loss.
    """

    task: ClassVar[TaskKind] = "regression"

    def outputs(self, task: Task) -> int:
        return len(task.targets)

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        xp = namespace(output)
        error = output - target
        return xp.mean(xp.abs(error), axis=-1), error

    def backward(self, cache: Any) -> Array:
        error: Array = cache
        _, rows, targets = error.shape
        gradient: Array = namespace(error).sign(error) * (1 / (rows * targets))
        return gradient

    def predict(self, output: Array) -> Array:
        return output

    def description(self) -> Operation:
        return Operation("identity")
