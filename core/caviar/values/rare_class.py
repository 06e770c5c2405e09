"""Imbalance: whether a class is so rare that accuracy hardly sees it."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.values.head import Head

SHARE = 0.2
"""A class is rare below this part of an equal share: of two classes below 10 % of the rows, of ten below 2 %."""
ROWS = 100
"""In fewer rows a rare class may be chance."""


@dataclass(frozen=True)
class RareClass:
    """The rarest class, its share of the rows that were looked at, and whether there are two classes."""

    label: str
    share: float
    two: bool

    @property
    def metric(self) -> str:
        """The metric that sees the class, whatever the others are."""
        return "validation.average_precision" if self.two else "validation.balanced_accuracy"


def rare_class(head: Head) -> RareClass | None:
    """The rarest class of a target where it is rare; None where it is not, or where classes were not counted."""
    classes = head.target[0].classes if len(head.target) == 1 else ()
    rows = sum(count for _, count in classes)
    if len(classes) < 2 or rows < ROWS:
        return None
    label, count = min(classes, key=lambda each: each[1])
    share = count / rows
    return RareClass(label, share, len(classes) == 2) if share < SHARE / len(classes) else None
