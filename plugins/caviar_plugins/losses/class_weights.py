"""Class weights: rows of rare or costly classes count more. Shared by the losses of classification."""

from __future__ import annotations

from caviar import Array, DataError, Task, namespace


def weights_of_rows(class_weights: tuple[float, ...] | None, target: Array) -> Array | None:
    """The weight of each row's class, float64 (batch,); None where all classes count the same."""
    if class_weights is None:
        return None
    xp = namespace(target)
    weights: Array = xp.take(xp.asarray(class_weights, dtype=xp.float64), target[:, 0])
    return weights


def averaged(gradient: Array, weights: Array | None) -> Array:
    """Gradients of each row's own loss as those of the mean over rows, weighed by class as in PyTorch."""
    xp = namespace(gradient)
    if weights is None:
        mean: Array = gradient / gradient.shape[1]
    else:
        mean = gradient * xp.asarray(weights / xp.sum(weights), dtype=gradient.dtype)[None, :, None]
    return mean


def check(class_weights: tuple[float, ...] | None, task: Task) -> None:
    """Raises DataError where there are not as many weights as classes."""
    if class_weights is not None and len(class_weights) != len(task.classes):
        shown = ", ".join(map(repr, task.classes[:5])) + (", …" if len(task.classes) > 5 else "")
        raise DataError(
            f"trainer.loss.class_weights: {len(class_weights)} weights for {len(task.classes)} classes; give one for "
            f"each of {shown}, in this order"
        )
