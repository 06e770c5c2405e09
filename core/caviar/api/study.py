"""What `Pipeline.run` gives back: the trials, and the best model, ready to predict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.api.frames import rows_of
from caviar.values.arrays import Array
from caviar.values.problem import Problem
from caviar.values.table import Table
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.engine.model.saved import SavedModel


@dataclass(frozen=True)
class Best:
    """The winner: its searched values by path, its metrics (those of the test part too), its model.

    `failure` says why there is no model where saving or testing it failed; what needs the model then raises a Problem.
    """

    trial: int
    values: Mapping[str, Any]
    metrics: Mapping[str, float]
    _model: SavedModel | None = field(repr=False)
    failure: str | None = None

    def predict(self, X: Any) -> Array:
        """A class or a number for each row; several numbers where there are several targets.

        Rows are arrays or a frame as in training, or records: a dict of one row, a list of them, a row of a frame.
        """
        import numpy

        task, found = self._trained.preparation.task, self._found(X)
        if task.kind == "classification":
            classes: Array = numpy.asarray(task.classes)[found.argmax(axis=1)]
            return classes
        return found[:, 0] if found.shape[1] == 1 else found

    def probabilities(self, X: Any) -> Array:
        """(rows, classes), the classes in the order of `classes`."""
        self._trained.require_prediction()
        if not self.classes:
            raise TypeError("this model predicts numbers; they have no probabilities")
        return self._found(X)

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes in their order; none for a regression."""
        return self._trained.preparation.task.classes

    @property
    def _trained(self) -> SavedModel:
        if self._model is None:
            raise Problem(self.failure or "there is no model")
        return self._model

    @property
    def weights(self) -> Mapping[str, Array]:
        """What its trainer kept of it, by name."""
        return self._trained.weights

    def _found(self, X: Any) -> Array:
        self._trained.require_prediction()
        return self._trained.predict(Table(rows_of(X, self._trained.preparation.features), ()))


@dataclass(frozen=True, repr=False)
class Study:
    """Every trial by number, and the best of those that finished and meet `where` (None: none does).

    `metric` is the searched one ("validation.accuracy"). `interrupted` says that it was stopped before its end.
    `folder` holds all of it on disk where `runs` was given; a search can then `start_from` the study. `nearest` says
    how far trials came where none meets `where`.
    """

    name: str
    metric: str
    trials: tuple[Trial, ...]
    best: Best | None
    folder: Path | None = None
    interrupted: bool = False
    nearest: str = ""

    def __fspath__(self) -> str:
        """Its folder. Raises ValueError where it was kept in memory."""
        if self.folder is None:
            raise ValueError(f"the study '{self.name}' is in memory alone; run(…, runs=\"runs\") keeps it in a folder")
        return str(self.folder)

    def __repr__(self) -> str:
        """One line, however many trials."""
        ended = Counter(trial.state.value for trial in self.trials)
        told = [f"{len(self.trials)} trials", *(f"{count} {state}" for state, count in ended.most_common())]
        if self.best is not None:
            told.append(f"best trial {self.best.trial} with {self.metric} {self.best.metrics[self.metric]:.6g}")
        elif self.nearest:
            told.append(self.nearest)
        return f"<Study '{self.name}': {', '.join(told)}{' (interrupted)' if self.interrupted else ''}>"
