"""What observers are told of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caviar.values.dimension import Space
from caviar.values.history import Goal
from caviar.values.trial import Trial


@dataclass(frozen=True)
class RunInfo:
    """A run as it begins: `total` trials wanted, `resumed` of them done before, each trained for `epochs`.

    `best`: the best of the resumed ones. `space` tells values in words: `run.space.words(trial.values)`.
    """

    name: str
    folder: Path
    total: int
    resumed: int
    epochs: int
    metric: str
    goal: Goal
    best: Trial | None = None
    space: Space = Space(())


@dataclass(frozen=True)
class EpochInfo:
    """A population after an epoch: which trials it trains, the epoch reached, and their metrics by name."""

    trials: tuple[int, ...]
    epoch: int
    metrics: tuple[Mapping[str, float], ...]


@dataclass(frozen=True)
class Summary:
    """A run as it ends: counts of trials by how they ended, the best with its metrics (test part included), seconds."""

    finished: int
    pruned: int
    failed: int
    diverged: int
    seconds: float
    best: Trial | None
    trials: tuple[Trial, ...]
    described: Mapping[str, str]
    """The best trial's searched values in words, by path."""

    def as_dict(self) -> dict[str, Any]:
        """The counts, for printing."""
        return {name: getattr(self, name) for name in ("finished", "pruned", "failed", "diverged")}
