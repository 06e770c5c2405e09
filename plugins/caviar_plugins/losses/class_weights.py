"""Class weights: rows of rare or costly classes count more. Shared by the losses of classification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from caviar.plugin import Array, DataError, Task, namespace

ClassWeights: TypeAlias = tuple[float, ...] | dict[str, float] | Literal["balanced"] | None


def fitted(class_weights: ClassWeights, target: Array, task: Task) -> ClassWeights:
    """One number per class, in the order of the task's; None stays None. A class that is not in the table gets 1.

    "balanced" is rows / (classes * rows of the class), so that all classes count the same in sum: scikit-learn's
    compute_class_weight("balanced"). A class without rows counts as if it had one.
    """
    if isinstance(class_weights, Mapping):
        return tuple(class_weights.get(_key(each), 1.0) for each in task.classes)
    if class_weights != "balanced":
        return class_weights
    rows = [max(1, int((target == code).sum())) for code in range(len(task.classes))]
    return tuple(len(target) / (len(rows) * each) for each in rows)


def weights_of_rows(class_weights: ClassWeights, target: Array) -> Array | None:
    """The weight of each row's class, float64 (batch,); None if all weights are equal."""
    if class_weights is None:
        return None
    assert isinstance(class_weights, tuple), "a loss is fitted to the training part before it is used"
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


def check(class_weights: ClassWeights, task: Task) -> None:
    """Raises DataError if the weights do not match the task's classes, as far as these are known."""
    known = [_key(each) for each in task.classes]
    named = all(known)
    shown = ", ".join(map(repr, task.classes[:5])) + (", …" if len(known) > 5 else "")
    if isinstance(class_weights, tuple) and len(class_weights) != len(known):
        which = f"each of {shown}, in this order" if named else "each, in the order of the alphabet or of numbers"
        raise DataError(f"class_weights: {len(class_weights)} weights for {len(known)} classes; give one for {which}")
    for each in class_weights if named and isinstance(class_weights, Mapping) else ():
        if each not in known:
            raise DataError(f"class_weights: there is no class '{each}'; there are {shown}")


def _key(each: Any) -> str:
    """A class as a key of a table: true and false as in TOML."""
    return str(each).lower() if isinstance(each, bool) else str(each)
