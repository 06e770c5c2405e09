"""The task: what the target columns are and how they are scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

TaskKind: TypeAlias = Literal["classification", "regression"]


@dataclass(frozen=True)
class Task:
    """What is to be predicted.

    Classification: `classes` are the labels in the order of the codes 0, 1, …; where only their number is known yet,
    each is "". Regression: the model learns
    (target - center) / scale of each target, fitted on the training part; predictions are given in the user's units.
    """

    kind: TaskKind
    targets: tuple[str, ...]
    classes: tuple[str | int | float | bool, ...] = ()
    center: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()


def are_classes(distinct: int, rows: int) -> bool:
    """Whether whole numbers with this many different values are classes rather than quantities.

    Up to 20 are; up to 100 where each has ten rows or more on average: body masses in grams of 342 penguins take 94
    values and are amounts.
    """
    return distinct <= 20 or (distinct <= 100 and rows >= 10 * distinct)


def is_each_its_class(distinct: int, rows: int) -> bool:
    """Whether a target's values are nearly all different, so that a class has hardly a second row to learn from."""
    return rows >= 20 and distinct > 0.5 * rows
