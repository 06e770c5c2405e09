"""Where coarse-to-fine would draw its next trials."""

from __future__ import annotations

from caviar.plugin import Array, History, RunFacts, TrialState

from caviar_plugins.strategies.coarse_to_fine import CoarseToFine


def next_box(facts: RunFacts, points: Array) -> Array | None:
    """float64 (dimensions, 2); None for other strategies, and while trials come from the whole space.

    Of the study's own trials: those of earlier runs, which the strategy knew as well, are left out.
    """
    strategy = facts.pipeline.search.strategy
    if not isinstance(strategy, CoarseToFine) or not len(facts.space) or facts.earlier:
        return None
    return strategy.box(facts.space, _history(facts, points))


def _history(facts: RunFacts, points: Array) -> History:
    """The finished and pruned trials as the strategy sees them."""
    import numpy

    rows = [
        place for place, trial in enumerate(facts.trials) if trial.state in (TrialState.FINISHED, TrialState.PRUNED)
    ]
    trials = [facts.trials[row] for row in rows]
    told = [facts.reached.get(trial.index, trial.judged) for trial in trials]
    curves = numpy.full((len(trials), max((trial.epochs for trial in trials), default=0)), numpy.nan)
    for line, trial in zip(curves, trials, strict=True):
        known = facts.curves.get(trial.index, ())
        line[: len(known)] = known[: len(line)]
    return History(
        goal=facts.goal,
        points=points[rows],
        objectives=numpy.asarray([numpy.nan if each is None else each for each in told]),
        states=tuple(trial.state for trial in trials),
        epochs=numpy.asarray([trial.epochs for trial in trials], dtype=numpy.int64),
        curves=curves,
    )
