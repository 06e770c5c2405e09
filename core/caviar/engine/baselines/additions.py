"""How much scikit-learn's gradient boosting adds up at its defaults: what its time follows from."""

from __future__ import annotations

from importlib.util import find_spec

from caviar.values.task import TaskKind

BUDGET = 2e9
"""Numbers that are added up at most, 3 to 9 ns for each: about ten seconds on one core."""
LEVELS, BINS = 6, 31 * 256
"""Passes over the rows, and bins that are searched, for a tree."""
_TREES = 100


def columns(kind: TaskKind, outputs: int, inputs: int) -> int:
    """The inputs that all trees of one fold look at."""
    return _TREES * inputs * (1 if kind == "classification" and outputs == 2 else outputs)


def foreseen(kind: TaskKind, outputs: int, inputs: int, rows: int) -> float:
    """The numbers that are added up on so many training rows; none where scikit-learn is not installed."""
    if find_spec("sklearn") is None:
        return 0.0
    return min(BUDGET, columns(kind, outputs, inputs) * (LEVELS * rows + BINS))
