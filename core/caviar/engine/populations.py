"""Grouping a round's trials into populations: equal structure together, in order, at most so many."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.interfaces.trainer import Trainer
from caviar.values.trial import Trial

# Enough to spread the cost of a step's Python calls thin; more members only cost memory.
_ENOUGH = 64


def group(trials: Sequence[Trial], trainer: Trainer, floats: frozenset[str]) -> list[tuple[Trial, ...]]:
    """The populations of some trials. How trials are grouped never changes a result."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trainer.fuse_key(trial.values, floats), []).append(trial)
    most = trainer.population or _ENOUGH
    return [tuple(each[start : start + most]) for each in groups.values() for start in range(0, len(each), most)]
