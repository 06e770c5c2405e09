"""A trial's model, which predicts arrays, data frames and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.engine.data.comparison import not_used
from caviar.engine.data.frames import rows_of
from caviar.engine.model.export import description_of, export
from caviar.text.once import say_once
from caviar.values.arrays import Array
from caviar.values.class_decision import ClassDecision
from caviar.values.problem import Problem
from caviar.values.table import Table

if TYPE_CHECKING:
    from caviar.engine.model.member import ModelMember
    from caviar.engine.model.saved import SavedModel
    from caviar.interfaces.exporter import Exporter
    from caviar.values.description import ModelDescription

_MANY = 20  # rows: fewer say little, and a program that predicts one at a time is to lose no time


@dataclass(frozen=True)
class TrainedModel:
    """The model of a trial: its searched values by path, its metrics (the winner's include those of the test part).

    `failure` says why there is no model where saving or testing it failed; what needs the model then raises a Problem.
    """

    trial: int
    values: Mapping[str, Any]
    metrics: Mapping[str, float]
    _model: SavedModel | None = field(repr=False)
    failure: str | None = None

    def predict(self, X: Any) -> Array:
        """Predicts a class or a number for each row; several numbers if there are several targets.

        Rows are arrays or a frame as in training, or records: a dict of one row, a list of them, a row of a frame.
        """
        import numpy

        task, found = self._trained.task, self._found(X)
        if task.kind == "classification":
            classes: Array = numpy.asarray(task.classes)[task.decided(found)]
            return classes
        return found[:, 0] if found.shape[1] == 1 else found

    def probabilities(self, X: Any) -> Array:
        """Probabilities (rows, classes), in the order of `classes`."""
        self._trained.require_prediction()
        if not self.classes:
            raise TypeError("this model predicts numbers; they have no probabilities")
        return self._found(X)

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes in order; none for a regression."""
        return self._trained.task.classes

    @property
    def decision(self) -> ClassDecision | None:
        """Of classes: the threshold that `predict` uses, and confusion matrices; None where none was judged."""
        return self._trained.decision

    @property
    def date(self) -> str:
        """When its search ended, in UTC, such as "2026-11-30T04:17:00Z"; its file has it, so it moves with it."""
        return self._trained.date

    @property
    def _trained(self) -> SavedModel:
        if self._model is None:
            raise Problem(self.failure or "there is no model")
        return self._model

    @property
    def members(self) -> tuple[ModelMember, ...]:
        """The trained pipelines whose predictions are averaged, that of the best trial first: one for most models."""
        return self._trained.members

    @property
    def weights(self) -> Mapping[str, Array]:
        """The weights of the only member, by name. Raises Problem if there are several members."""
        if len(self.members) > 1:
            raise Problem(
                f"this model has {len(self.members)} members, each with its weights: model.members[0].weights"
            )
        return self.members[0].weights

    @property
    def description(self) -> ModelDescription:
        """The model as exporters get it. Raises ExportError where a plugin of the model has no description."""
        return description_of(self._trained)

    def export(self, exporter: str | Exporter, path: str | PathLike[str]) -> None:
        """Writes the model for another program: `exporter` is an exporter's name, or an exporter with its options.

        Raises ExportError where a plugin of the model has no description or the exporter does not know a part of it,
        and PluginError where the exporter is not installed or fails.
        """
        export(self._trained, exporter, Path(path))

    def differences(self, X: Any) -> tuple[str, ...]:
        """In what rows differ from the training rows, as sentences: unknown words, missing cells, drift, other columns.

        `predict` and `probabilities` log them as warnings of the logger "caviar" where they get 20 rows or more.
        """
        self._trained.require_prediction()
        return self._compared(*self._rows(X))

    def _found(self, X: Any) -> Array:
        self._trained.require_prediction()
        table, others = self._rows(X)
        found = self._trained.predict(table)
        for sentence in self._compared(table, others) if table.rows >= _MANY else ():
            say_once(sentence)
        return found

    def _rows(self, X: Any) -> tuple[Table, Table]:
        """The rows as the data of the training reads them, such as words that stand for numbers; their other columns.

        The latter hold what they may.
        """
        read, data = self._trained.first.preparation, self._trained.first.pipeline.data
        given = rows_of(X, read.features)
        used = {name: column for name, column in given.items() if name in read.features} or given
        others = {name: column for name, column in given.items() if name not in read.features}
        table = Table(used, ())
        return table if data is None else data.read_frame(table, read.words), Table(others, ())

    def _compared(self, table: Table, others: Table) -> tuple[str, ...]:
        import numpy

        comparison, first = self._trained.comparison(), self._trained.first
        comparison.add(first.preparation.expected(table))
        known, data = {*self._trained.task.targets}, first.pipeline.data
        if data is not None and others.columns:
            known |= {*data.split_columns}
            others = data.read_frame(others.take(numpy.empty(0, dtype=numpy.int64)))  # those that are not ignored
        return (*comparison.sentences, *not_used([name for name in others.columns if name not in known]))
