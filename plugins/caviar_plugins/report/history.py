"""The trials of a run as strategies see them."""

from __future__ import annotations

from collections.abc import Collection

from caviar.plugin import Array, History, RunFacts, TrialState


def history(facts: RunFacts, points: Array, states: Collection[TrialState]) -> History:
    """The run's own trials in these states that lie in its ranges.

    Those of earlier runs, which the strategy knew as well, are left out.
    """
    import numpy

    rows = [place for place, trial in enumerate(facts.trials) if trial.state in states and not trial.outside]
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
