"""The history of a study as the arrays that strategies and pruners see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from operator import is_not
from typing import TypeAlias

from caviar.engine.search.objective import Objective
from caviar.engine.storage.study_view import StudyView
from caviar.values.arrays import Array
from caviar.values.dimension import Space
from caviar.values.earlier import EarlierTrial
from caviar.values.history import History
from caviar.values.trial import Trial, TrialState

Curves: TypeAlias = Mapping[int, Sequence[float]]


class HistoryTable:
    """A row for each trial: those of earlier runs, then a study's own. A trial is entered again when it has changed.

    So a round costs what its trials cost, and copies of arrays. Rows of trials outside the ranges are not copied: they
    say nothing about the space.
    """

    def __init__(self, objective: Objective, space: Space, earlier: Sequence[EarlierTrial] = ()) -> None:
        import numpy

        self._objective, self._earlier = objective, len(earlier)
        self._trials: list[Trial] = []
        self._states: list[TrialState] = []
        self._points, self._curves, self._runs = (numpy.empty((0, width)) for width in (len(space), 0, 0))
        self._numbers = {name: numpy.empty(0) for name in ("objectives", "epochs", "violations", "lengths", "stopped")}
        self._retested = set[int]()
        self._outside = set[int]()
        for each in earlier:
            self._enter(len(self._trials), each.trial, each.curve, own=False)

    def history(self, own: Sequence[Trial], known: Curves, points: int = 0) -> History:
        """What is known of these trials of the study, the first ones, with curves by trial.

        The first `points` of them were given.
        """
        import numpy

        before, count = self._earlier, self._earlier + len(own)
        rows = [row for row, other in enumerate(map(is_not, own, self._trials[before:]), before) if other]
        for row in (*rows, *range(len(self._trials), count)):
            trial = own[row - before]
            self._enter(row, trial, known.get(trial.index, ()))
        given, outside = before + min(points, len(own)), sorted(row for row in self._outside if row < count)
        inside = numpy.delete(numpy.arange(count), outside)
        numbers = {name: column[inside] for name, column in self._numbers.items()}
        longest = int(numbers["lengths"].max(initial=0))
        return History(
            goal=self._objective.goal,
            points=self._points[inside],
            objectives=numbers["objectives"],
            states=tuple(map(self._states.__getitem__, inside.tolist())),
            epochs=numbers["epochs"].astype("int64"),
            curves=self._curves[inside, :longest],
            given=int((inside < given).sum()),
            violations=numbers["violations"] if self._objective.conditions else None,
            earlier=int((inside < before).sum()),
            runs=self._runs_of(inside),
            stopped=int(numbers["stopped"].sum()),
            outside=tuple(row - given for row in outside if row >= given),
        )

    def _runs_of(self, rows: Array) -> Array | None:
        import numpy

        if self._retested.isdisjoint(rows.tolist()):
            return None
        runs: Array = self._runs[rows]
        return runs[:, : int((~numpy.isnan(runs)).sum(1).max(initial=0))]

    def _enter(self, row: int, trial: Trial, curve: Sequence[float], own: bool = True) -> None:
        if row == len(self._trials):
            self._trials.append(trial)
            self._states.append(trial.state)
            self._points = _with_row(self._points, row, self._points.shape[1])
            self._numbers = {name: _with_row(column, row) for name, column in self._numbers.items()}
        self._curves = _with_row(self._curves, row, len(curve))
        self._runs = _with_row(self._runs, row, len(trial.runs))
        self._trials[row], self._states[row] = trial, trial.state
        self._points[row] = trial.point
        if trial.outside:
            self._outside.add(row)
        for table, values in ((self._curves, curve), (self._runs, trial.runs)):
            table[row] = nan
            table[row, : len(values)] = values
        stopped = sum(each.state is TrialState.PRUNED for each in trial.retests) if own else 0
        found = _objective(trial, curve), trial.epochs, trial.violation, len(curve), stopped
        for column, value in zip(self._numbers.values(), found, strict=True):
            column[row] = value
        (self._retested.add if trial.retests else self._retested.discard)(row)


def _with_row(table: Array, row: int, width: int | None = None) -> Array:
    """The table with room for a row, and for so many columns; new room is NaN."""
    import numpy

    rows = len(table) if row < len(table) else max(64, 2 * len(table))
    shape = (rows,) if width is None else (rows, max(width, table.shape[1]))
    if shape == table.shape:
        return table
    larger: Array = numpy.full(shape, nan)
    larger[tuple(map(slice, table.shape))] = table
    return larger


def history_of(own: Sequence[Trial], ledger: StudyView, objective: Objective, space: Space) -> History:
    """The history of a study that is looked at; without curves, whose reading takes long, where none was pruned."""
    pruned = any(trial.state is TrialState.PRUNED for trial in own)
    return HistoryTable(objective, space).history(own, ledger.curves(objective.metric) if pruned else {})


def _objective(trial: Trial, curve: Sequence[float]) -> float:
    """The objective that a strategy sees; of a pruned trial its last value."""
    if trial.state is TrialState.PRUNED and trial.epochs:
        return curve[trial.epochs - 1] if len(curve) >= trial.epochs else nan
    judged = trial.judged
    return nan if judged is None else judged


def curves_of(trials: Sequence[Trial], ledger: StudyView, objective: Objective, epochs: int) -> Array:
    """The searched metric after each of the first epochs: float64 (trials, epochs), NaN beyond a trial's last."""
    import numpy

    known = ledger.curves(objective.metric) if trials else {}
    table = numpy.full((len(trials), epochs), numpy.nan)
    for line, trial in zip(table, trials, strict=True):
        row = known.get(trial.index, ())[:epochs]
        line[: len(row)] = row
    return table
