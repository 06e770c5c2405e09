"""The decision of a classifier: how probabilities become classes, and how often that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Confusion = tuple[tuple[int, ...], ...]
"""For each true class a row: how many of its rows are predicted as each class."""


@dataclass(frozen=True)
class ClassDecision:
    """`confusion` is by part of the data ("validation", "test"), of the classes in order.

    Of two classes the second is the positive one. It is predicted where its probability is at least `threshold`; None:
    where it is the likelier one, as of more classes. `chosen_by` is the metric for which the threshold was chosen on
    the validation rows, "" where it was not. `of_positive` names the metrics that are about the positive class.
    """

    classes: tuple[str | int | float | bool, ...]
    confusion: Mapping[str, Confusion]
    threshold: float | None = None
    chosen_by: str = ""
    of_positive: tuple[str, ...] = ()
