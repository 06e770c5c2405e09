"""Patience: whether a search has run long enough without finding a better trial."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.values.history import Goal
from caviar.values.ranking import ranked
from caviar.values.trial import Trial


def out_of_patience(trials: Sequence[Trial], goal: Goal, patience: int) -> str | None:
    """The reason not to start a further round, given all trials of earlier rounds; None to continue."""
    if not patience:
        return None
    finished = ranked(trials, goal)
    since = sum(trial.index > finished[0].index for trial in finished)
    if since < patience:
        return None
    return f"none of the last {since} finished trials was better (search.patience = {patience})"
