"""Softmax cross-entropy: the loss of classification."""

from __future__ import annotations

from typing import Any, ClassVar

from caviar import Array, Loss, Task, TaskKind, namespace, setting

from caviar_plugins.losses.class_weights import averaged, check, weights_of_rows


class SoftmaxCrossEntropy(Loss):
    """-log p of the true class, p = exp(o - max o) / sum exp(o - max o); gradient (p - one_hot) / rows.

    Subtracting the largest output changes no probability and keeps exp from overflowing.
    Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.2.2.3.
    """

    twin: ClassVar[str] = "caviar_plugins.losses.softmax_cross_entropy_kernel:CompiledSoftmaxCrossEntropy"
    task: ClassVar[TaskKind] = "classification"

    class_weights: tuple[float, ...] | None = setting(default=None, gt=0, also=("class_weight", "weight", "weights"))
    """What a row of each class counts, in the order of the classes; None: all the same."""

    def outputs(self, task: Task) -> int:
        check(self.class_weights, task)
        return len(task.classes)

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


def _log_softmax(output: Array) -> Array:
    xp = namespace(output)
    shifted = output - xp.max(output, axis=-1, keepdims=True)
    log_p: Array = shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))
    return log_p
