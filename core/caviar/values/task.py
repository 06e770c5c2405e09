"""The task: what the target columns are and how they are scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from caviar.values.arrays import Array, namespace
from caviar.values.target_scale import TargetScale

TaskKind: TypeAlias = Literal["classification", "regression"]


@dataclass(frozen=True)
class Task:
    """What is to be predicted.

    Classification: `classes` are the labels in the order of the codes 0, 1, …; where only their number is known yet,
    each is "". Of two classes the second is the positive one; a saved model may have a `threshold` for it. Regression:
    `scales` say what the model learns of each target, fitted on the training part; predictions are given in the user's
    units (`in_units`).
    """

    kind: TaskKind
    targets: tuple[str, ...]
    classes: tuple[str | int | float | bool, ...] = ()
    scales: tuple[TargetScale, ...] = ()
    threshold: float | None = None

    def decided(self, probabilities: Array) -> Array:
        """The code of each row's class: the likeliest, or the second where it is at least as likely as `threshold`."""
        xp = namespace(probabilities)
        if self.threshold is None:
            return xp.argmax(probabilities, axis=-1)
        return xp.asarray(probabilities[..., 1] >= self.threshold, dtype=xp.int64)

    def in_units(self, prediction: Array) -> Array:
        """What a loss predicts, (…, classes or targets), as users and metrics see it.

        Probabilities are returned as they are, learned targets as float64 numbers in the user's units. Every trainer
        calls it on what it predicts and measures.
        """
        if self.kind == "classification":
            return prediction
        xp = namespace(prediction)
        parts = [each.in_units(prediction[..., place]) for place, each in enumerate(self.scales)]
        # In the memory order of the prediction: sums over rows have the same bits however they are reached.
        found: Array = xp.empty_like(prediction, dtype=xp.float64)
        for place, part in enumerate(parts):
            found[..., place] = part
        return found


def are_classes(distinct: int, rows: int) -> bool:
    """Whether whole numbers with this many different values are classes rather than quantities.

    Up to 20 are; up to 100 where each has ten rows or more on average: body masses in grams of 342 penguins take 94
    values and are amounts.
    """
    return distinct <= 20 or (distinct <= 100 and rows >= 10 * distinct)


def is_each_its_class(distinct: int, rows: int) -> bool:
    """Whether a target's values are nearly all different, so that a class has hardly a second row to learn from."""
    return rows >= 20 and distinct > 0.5 * rows


def class_key(label: Any) -> str:
    """A class as text, by which a file names it: true and false as in TOML."""
    return str(label).lower() if isinstance(label, bool) else str(label)
