"""Binary cross-entropy: the loss of two classes with a single output."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from caviar.plugin import Array, DataError, Loss, Operation, Task, TaskKind, namespace, setting

from caviar_plugins.activations.sigmoid import logistic
from caviar_plugins.losses.class_weights import ClassWeights, averaged, check, fitted, weights_of_rows


class BinaryCrossEntropy(Loss, interface=1):
    """-log p of the true class, p = 1 / (1 + exp(-o)) of the second, 1 - p of the first; gradient (p - y) / rows.

    Written as log(1 + exp(-|o|)) + max(o, 0) - o * y, which neither overflows nor loses digits: PyTorch's
    BCEWithLogitsLoss. It has half of softmax's output weights and learns the same functions.

    `class_weights`: what a row of each class counts: a table, { rare = 5.0 }, in which other classes count 1; a list
    in the order of the classes, which is that of the alphabet or of numbers; or "balanced", rows / (classes * rows of
    the class) of the training part, so that in sum all classes count the same.
    """

    task: ClassVar[TaskKind] = "classification"

    class_weights: ClassWeights = setting(default=None, gt=0, also=("class_weight", "weight", "weights"))

    def outputs(self, task: Task) -> int:
        if len(task.classes) != 2:
            raise DataError(
                f"'binary-cross-entropy' is for two classes and the target has {len(task.classes)}; "
                "take 'softmax-cross-entropy'"
            )
        check(self.class_weights, task)
        return 1

    def fitted(self, target: Array, task: Task) -> Self:
        return self.model_copy(update={"class_weights": fitted(self.class_weights, target, task)})

    def weigh(self, target: Array) -> Array | None:
        return weights_of_rows(self.class_weights, target)

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        xp = namespace(output)
        y = xp.asarray(target, dtype=output.dtype)
        positive = xp.maximum(output, xp.zeros((), dtype=output.dtype))
        values = xp.log1p(xp.exp(-xp.abs(output))) + positive - output * y
        return values[..., 0], (output, y, self.weigh(target))

    def backward(self, cache: Any) -> Array:
        output, y, weights = cache
        return averaged(logistic(output) - y, weights)

    def predict(self, output: Array) -> Array:
        probabilities: Array = namespace(output).stack([logistic(-output[..., 0]), logistic(output[..., 0])], axis=-1)
        return probabilities

    def description(self) -> Operation:
        return Operation("sigmoid")
