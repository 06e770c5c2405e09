"""What one figure of a report shows of its runs."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.values.history import Goal


@dataclass(frozen=True)
class Shown:
    """`paths`: these hyperparameters in this order, () for all, the most important first.

    `metric`: drawn instead of the searched one, None for that; its `goal` says which way is better. `top`: only this
    share of the trials that can be ranked, the best by the searched metric.
    """

    paths: tuple[str, ...] = ()
    metric: str | None = None
    goal: Goal | None = None
    top: float = 1.0
