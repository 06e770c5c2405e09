"""The dataset of a trainer: numeric arrays, and which rows belong to which part."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from caviar.values.arrays import Array
from caviar.values.inputs import Inputs
from caviar.values.task import Task


@dataclass(frozen=True)
class Split:
    """Row numbers (int64) of the parts; `test` may be empty."""

    train: Array
    validation: Array
    test: Array


def share(rows: int, fraction: float) -> int:
    """A fraction of some rows, rounded as a split rounds it."""
    return floor(rows * fraction + 0.5)


@dataclass(frozen=True)
class Dataset:
    """x: (rows, inputs) in the trainer's dtype. y: (rows, targets), int64 codes or scaled floats.

    truth: (rows, targets), the target in the user's units, for metrics (for classification the codes again). One
    dataset holds one split; with k folds there are k datasets, because transforms are fitted on each training part.
    `fingerprint` identifies the content, `inputs` says what the columns of x are.
    """

    x: Array
    y: Array
    truth: Array
    split: Split
    task: Task
    fingerprint: str
    inputs: Inputs
