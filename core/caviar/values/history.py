"""The history a strategy sees: all trials of the rounds before, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from caviar.values.arrays import Array
from caviar.values.trial import TrialState

Goal: TypeAlias = Literal["maximize", "minimize"]


@dataclass(frozen=True)
class History:
    """Row i is trial i.

    points: float64 (trials, dimensions), NaN where inactive. objectives: float64 (trials,), NaN where there is none
    (failed) and the metric's worst value where the trial diverged. states: one per trial. epochs: int64 (trials,),
    how far each was trained. curves: float64 (trials, epochs), the searched metric after each epoch, NaN beyond.
    """

    goal: Goal
    points: Array
    objectives: Array
    states: tuple[TrialState, ...]
    epochs: Array
    curves: Array

    def __len__(self) -> int:
        return len(self.states)

    @property
    def losses(self) -> Array:
        """Objectives turned so that lower is better."""
        return -self.objectives if self.goal == "maximize" else self.objectives
