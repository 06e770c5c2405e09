"""Softmax cross-entropy: the loss of classification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from caviar.plugin import Array, Loss, Operation, Task, TaskKind, namespace, setting

from caviar_plugins.losses.class_weights import ClassWeights, averaged, check, fitted, weights_of_rows


class SoftmaxCrossEntropy(Loss, interface=1):
    """-log p of the true class, p = exp(o - max o) / sum exp(o - max o); gradient (p - one_hot) / rows.

    Subtracting the largest output changes no probability and keeps exp from overflowing.

    `class_weights`: what a row of each class counts: a table, { rare = 5.0 }, in which other classes count 1; a list
    in the order of the classes, which is that of the alphabet or of numbers; or "balanced", rows / (classes * rows of
    the class) of the training part, so that in sum all classes count the same.
    Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.2.2.3.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.losses.softmax_cross_entropy_kernel:CompiledSoftmaxCrossEntropy",
        "cupy": "caviar_plugins.losses.softmax_cross_entropy_gpu:CUDASoftmaxCrossEntropy",
    }
    task: ClassVar[TaskKind] = "classification"

    class_weights: ClassWeights = setting(default=None, gt=0, also=("class_weight", "weight", "weights"))

    def outputs(self, task: Task) -> int:
        check(self.class_weights, task)
        return len(task.classes)

    def fitted(self, target: Array, task: Task) -> Self:
        return self.model_copy(update={"class_weights": fitted(self.class_weights, target, task)})

    def weigh(self, target: Array) -> Array | None:
        return weights_of_rows(self.class_weights, target)

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        xp = namespace(output)
        log_p = _log_softmax(output)
        true = target == xp.arange(output.shape[-1], dtype=target.dtype)
        zero = xp.zeros((), dtype=output.dtype)
        return -xp.sum(xp.where(true, log_p, zero), axis=-1), (log_p, true, self.weigh(target))

    def backward(self, cache: Any) -> Array:
        log_p, true, weights = cache
        xp = namespace(log_p)
        p = xp.exp(log_p)
        return averaged(xp.where(true, p - 1, p), weights)

    def predict(self, output: Array) -> Array:
        probabilities: Array = namespace(output).exp(_log_softmax(output))
        return probabilities

    def description(self) -> Operation:
        return Operation("softmax")


def _log_softmax(output: Array) -> Array:
    xp = namespace(output)
    shifted = output - xp.max(output, axis=-1, keepdims=True)
    log_p: Array = shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))
    return log_p
