"""The history of a study as the arrays a strategy sees."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.engine.objective import Objective
from caviar.interfaces.store import Ledger
from caviar.values.history import History
from caviar.values.trial import Trial


def history_of(trials: Sequence[Trial], ledger: Ledger, objective: Objective) -> History:
    """What is known of these trials, in their order."""
    import numpy

    curves = ledger.curves(objective.metric) if trials else {}
    longest = max((len(curves.get(trial.index, ())) for trial in trials), default=0)
    table = numpy.full((len(trials), longest), numpy.nan)
    for row, trial in enumerate(trials):
        curve = curves.get(trial.index, ())
        table[row, : len(curve)] = curve
    width = len(trials[0].point) if trials else 0
    return History(
        goal=objective.goal,
        points=numpy.asarray([trial.point for trial in trials], dtype=numpy.float64).reshape(len(trials), width),
        objectives=numpy.asarray(
            [numpy.nan if trial.objective is None else trial.objective for trial in trials], dtype=numpy.float64
        ),
        states=tuple(trial.state for trial in trials),
        epochs=numpy.asarray([trial.epochs for trial in trials], dtype=numpy.int64),
        curves=table,
    )
