"""Quantile loss: a regression loss that is smallest at a chosen quantile of the target."""

from __future__ import annotations

from typing import Any, ClassVar

from caviar.plugin import Array, Loss, Operation, Task, TaskKind, namespace, setting


class QuantileLoss(Loss, interface=1):
    """Mean over the targets of max(q * e, (q - 1) * e), e = target - output, the pinball loss.

    Gradient (1 - q) / (rows * targets) where the output is above the target, -q / (rows * targets) where it is below,
    0 where they are equal. The output estimates the q-quantile given x: with q = 0.9 about nine of ten targets lie
    below it. Search `validation.loss` with it: r2, rmse and mae measure how near a prediction is to the mean or median.
    Source: Koenker & Bassett 1978, "Regression quantiles"; scikit-learn: mean_pinball_loss.
    """

    task: ClassVar[TaskKind] = "regression"

    quantile: float = setting(default=0.5, gt=0, lt=1, also=("alpha", "q", "tau"))
    """The share of targets below the prediction; never searched, because losses of two quantiles do not compare."""

    def outputs(self, task: Task) -> int:
        return len(task.targets)

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        xp = namespace(output)
        error = target - output
        return xp.mean(xp.maximum(self.quantile * error, (self.quantile - 1) * error), axis=-1), error

    def backward(self, cache: Any) -> Array:
        error: Array = cache
        _, rows, targets = error.shape
        xp = namespace(error)
        side = xp.sign(error)  # 1 gives -q, -1 gives 1 - q
        gradient: Array = ((0.5 - self.quantile) * xp.abs(side) - 0.5 * side) * (1 / (rows * targets))
        return gradient

    def predict(self, output: Array) -> Array:
        return output

    def description(self) -> Operation:
        return Operation("identity")
