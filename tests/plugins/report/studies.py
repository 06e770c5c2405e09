"""Facts of studies that were never run."""

from __future__ import annotations

from caviar.plugin import RunFacts, Trial, TrialState
from caviar.testing.run_view import TrialsView

METRIC = "validation.accuracy"


def view_of(trials: int = 3) -> TrialsView:
    """A study of one hyperparameter; later trials are better."""
    told = (
        Trial(
            index,
            index // 16,
            ((index + 0.5) / trials,),
            {"optimizer.learning_rate": (index + 0.5) / trials},
            TrialState.FINISHED,
            2,
            {METRIC: 0.5 + index / (4 * trials)},
            0.5 + index / (4 * trials),
        )
        for index in range(trials)
    )
    return TrialsView(tuple(told), METRIC)


def few(trials: int = 3) -> RunFacts:
    return view_of(trials).facts()
