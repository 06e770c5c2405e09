"""The task: what the target columns are and how they are scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

TaskKind: TypeAlias = Literal["classification", "regression"]


@dataclass(frozen=True)
class Task:
    """What is to be predicted.

    Classification: `classes` are the labels in the order of the codes 0, 1, … Regression: the model learns
    (target - center) / scale of each target, fitted on the training part; predictions are given in the user's units.
    """

    kind: TaskKind
    targets: tuple[str, ...]
    classes: tuple[str | int | float | bool, ...] = ()
    center: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
