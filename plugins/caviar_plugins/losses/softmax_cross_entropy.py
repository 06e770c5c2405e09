"""Softmax cross-entropy: the loss of classification."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

from caviar.plugin import Array, Loss, Operation, Task, TaskKind, Tunable, namespace, setting, tunable

from caviar_plugins.losses.class_weights import ClassWeights, averaged, check, fitted, weights_of_rows
from caviar_plugins.samplers.uniform import Uniform


class SoftmaxCrossEntropy(Loss, interface=1):
    """-log p of the true class, p = exp(o - max o) / sum exp(o - max o); gradient (p - one_hot) / rows.

    Subtracting the largest output changes no probability and keeps exp from overflowing.

    `class_weights`: what a row of each class counts: a table, { rare = 5.0 }, in which other classes count 1; a list
    in the order of the classes, which is that of the alphabet or of numbers; or "balanced", rows / (classes * rows of
    the class) of the training part, so that in sum all classes count the same.
    `smoothing` s: the true class counts 1 - s + s / classes and every other one s / classes, so that training does not
    drive the true one's probability to 1. It helps accuracy and harms probabilities. PyTorch: label_smoothing.
    Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.2.2.3; Szegedy et al. 2016,
    arXiv:1512.00567, section 7.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.losses.softmax_cross_entropy_kernel:CompiledSoftmaxCrossEntropy",
        "cupy": "caviar_plugins.losses.softmax_cross_entropy_gpu:CUDASoftmaxCrossEntropy",
    }
    task: ClassVar[TaskKind] = "classification"

    class_weights: ClassWeights = setting(default=None, gt=0, also=("class_weight", "weight", "weights"))
    smoothing: Tunable[float] = tunable(
        default=0.0, ge=0, lt=1, search=Uniform(0.0, 0.2), tier=4, also=("label_smoothing",)
    )

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
        losses = -xp.sum(xp.where(true, log_p, zero), axis=-1)
        if self._smooths:
            share: Any = self.smoothing
            losses = (1 - share[..., 0]) * losses - share[..., 0] * xp.mean(log_p, axis=-1)
        return losses, (log_p, true, self.weigh(target))

    def backward(self, cache: Any) -> Array:
        log_p, true, weights = cache
        xp = namespace(log_p)
        p = xp.exp(log_p)
        if self._smooths:
            p = p - self.smoothing / p.shape[-1]
            return averaged(xp.where(true, p - (1 - self.smoothing), p), weights)
        return averaged(xp.where(true, p - 1, p), weights)

    def predict(self, output: Array) -> Array:
        probabilities: Array = namespace(output).exp(_log_softmax(output))
        return probabilities

    def description(self) -> Operation:
        return Operation("softmax")

    @cached_property
    def _smooths(self) -> bool:
        """Whether any member's smoothing is above 0; evaluated once, because it synchronizes with a device.

        A companion without smoothing keeps its bits: it is multiplied by 1 and 0 is subtracted.
        """
        share: Any = self.smoothing
        return share > 0 if isinstance(share, float) else bool(namespace(share).any(share > 0))


def _log_softmax(output: Array) -> Array:
    xp = namespace(output)
    shifted = output - xp.max(output, axis=-1, keepdims=True)
    log_p: Array = shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))
    return log_p
