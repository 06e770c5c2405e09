"""The history of a study as the arrays that strategies and pruners see."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from caviar.engine.search.objective import Objective
from caviar.engine.storage.study_view import StudyView
from caviar.values.arrays import Array
from caviar.values.earlier import EarlierTrial
from caviar.values.history import History
from caviar.values.trial import Trial, TrialState


def history_of(
    own: Sequence[Trial],
    ledger: StudyView,
    objective: Objective,
    dimensions: int,
    earlier: Sequence[EarlierTrial] = (),
    points: int = 0,
) -> History:
    """What is known: trials of earlier runs, then these of the study's own, the first `points` of them given."""
    import numpy

    trials = [*(each.trial for each in earlier), *own]
    known = ledger.curves(objective.metric) if own else {}
    curves = _table([*(each.curve for each in earlier), *(known.get(trial.index, ()) for trial in own)])
    objectives = [_objective(trial, curve) for trial, curve in zip(trials, curves, strict=True)]
    return History(
        goal=objective.goal,
        points=numpy.asarray([trial.point for trial in trials], dtype=numpy.float64).reshape(len(trials), dimensions),
        objectives=numpy.asarray(objectives, dtype=numpy.float64),
        states=tuple(trial.state for trial in trials),
        epochs=numpy.asarray([trial.epochs for trial in trials], dtype=numpy.int64),
        curves=curves,
        given=len(earlier) + min(points, len(own)),
        violations=numpy.asarray([trial.violation for trial in trials]) if objective.conditions else None,
        earlier=len(earlier),
        runs=_table([trial.runs for trial in trials]) if any(trial.retests for trial in trials) else None,
        stopped=sum(each.state is TrialState.PRUNED for trial in own for each in trial.retests),
    )


def _objective(trial: Trial, curve: Array) -> float:
    """The objective that a strategy sees; of a pruned trial its last value."""
    if trial.state is TrialState.PRUNED and trial.epochs:
        return float(curve[trial.epochs - 1])
    judged = trial.judged
    return nan if judged is None else judged


def curves_of(trials: Sequence[Trial], ledger: StudyView, objective: Objective, epochs: int) -> Array:
    """The searched metric after each of the first epochs: float64 (trials, epochs), NaN beyond a trial's last."""
    import numpy

    known = ledger.curves(objective.metric) if trials else {}
    found = _table([known.get(trial.index, ())[:epochs] for trial in trials])
    short = numpy.full((len(trials), epochs - found.shape[1]), nan)  # where all have ended before
    return numpy.concatenate([found, short], axis=1)


def _table(rows: Sequence[Sequence[float]]) -> Array:
    import numpy

    table = numpy.full((len(rows), max(map(len, rows), default=0)), numpy.nan)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table
