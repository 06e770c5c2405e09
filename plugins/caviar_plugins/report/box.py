"""Where coarse-to-fine would draw its next trials."""

from __future__ import annotations

from caviar.plugin import Array, RunFacts, TrialState

from caviar_plugins.report.history import history
from caviar_plugins.strategies.coarse_to_fine import CoarseToFine


def next_box(facts: RunFacts, points: Array) -> Array | None:
    """float64 (dimensions, 2); None for other strategies, and while trials come from the whole space.

    Of the study's own trials: those of earlier runs, which the strategy knew as well, are left out.
    """
    strategy = facts.pipeline.search.strategy
    if not isinstance(strategy, CoarseToFine) or not len(facts.space) or facts.earlier:
        return None
    return strategy.box(facts.space, history(facts, points, (TrialState.FINISHED, TrialState.PRUNED)))
