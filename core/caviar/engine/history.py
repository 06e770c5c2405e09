"""The history of a study as the arrays that strategies and pruners see."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.engine.objective import Objective
from caviar.interfaces.store import Ledger
from caviar.values.arrays import Array
from caviar.values.history import History
from caviar.values.trial import Trial


def history_of(trials: Sequence[Trial], ledger: Ledger, objective: Objective) -> History:
    """What is known of these trials, in their order."""
    import numpy

    width = len(trials[0].point) if trials else 0
    objectives = [numpy.nan if trial.objective is None else trial.objective for trial in trials]
    return History(
        goal=objective.goal,
        points=numpy.asarray([trial.point for trial in trials], dtype=numpy.float64).reshape(len(trials), width),
        objectives=numpy.asarray(objectives, dtype=numpy.float64),
        states=tuple(trial.state for trial in trials),
        epochs=numpy.asarray([trial.epochs for trial in trials], dtype=numpy.int64),
        curves=curves_of(trials, ledger, objective),
    )


def curves_of(trials: Sequence[Trial], ledger: Ledger, objective: Objective) -> Array:
    """The searched metric after each epoch: float64 (trials, longest), NaN beyond a trial's last."""
    import numpy

    known = ledger.curves(objective.metric) if trials else {}
    curves = [known.get(trial.index, ()) for trial in trials]
    table = numpy.full((len(trials), max(map(len, curves), default=0)), numpy.nan)
    for row, curve in zip(table, curves, strict=True):
        row[: len(curve)] = curve
    return table
