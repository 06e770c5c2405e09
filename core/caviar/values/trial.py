"""Trials: one point each, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class TrialState(StrEnum):
    """Where a trial stands.

    Queued: to be trained, or trained further. Running: trained to a rung, and waiting for the decision. Paused by the
    pruner: may be told to go on. `diverged` is a result (the worst one), `failed` a recorded error.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    PRUNED = "pruned"
    FAILED = "failed"
    DIVERGED = "diverged"

    @property
    def done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self not in (TrialState.QUEUED, TrialState.RUNNING, TrialState.PAUSED)


@dataclass(frozen=True)
class Trial:
    """One proposed point: coordinates as proposed, exact values by path, and the result so far.

    `metrics` holds the final value of each metric by name ("validation.accuracy"), `objective` the searched one.
    """

    index: int
    round: int
    point: tuple[float, ...]
    values: Mapping[str, Any]
    state: TrialState = TrialState.QUEUED
    epochs: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    objective: float | None = None
    reason: str | None = None
