"""The folds of a run: which model predicts which row, so that no row is judged by a model that was trained on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from caviar.engine.data.prepare import Preparation
from caviar.engine.model.member import ModelMember
from caviar.engine.model.saved import SavedModel, mean
from caviar.engine.training.job import Work
from caviar.values.arrays import Array

Predict: TypeAlias = Callable[[Array], Array]
"""Prepared inputs (rows, inputs) -> probabilities (rows, classes), or targets (rows, targets) in the user's units."""
Judged: TypeAlias = tuple[Array, Array]
"""What is predicted for some rows, (rows, outputs), and their truth."""


@dataclass(frozen=True)
class Folds:
    """A run's folds, or its one split; `preparations` are those of the job's datasets, one for each fold.

    A model of a run has, for each of its trials, a member for each fold: the one with the fold's preparation.
    Validation rows are predicted out of fold, each by the members of the fold that it validates: they have not seen it.
    Test rows are predicted as new rows are, by the mean over all folds, or where rows are split by time by the members
    of the latest fold, which have learned from the most rows.
    """

    work: Work
    preparations: tuple[Preparation, ...]

    @property
    def used(self) -> int:
        """The number of folds whose members predict new rows. By time the latest fold is the first."""
        data = self.work.pipeline.data
        return 1 if data is not None and data.time is not None else len(self.preparations)

    @property
    def validated(self) -> Array:
        """The rows of the validation parts, fold by fold; no two folds have one in common."""
        import numpy

        return numpy.concatenate([each.split.validation for each in self.work.datasets])

    def saved(self, model: SavedModel) -> SavedModel:
        """What is saved of a model that has the members of all folds."""
        if self.used == len(self.preparations):
            return model
        return replace(model, members=self._members(model, self.preparations[: self.used]))

    def predictors(self, model: SavedModel) -> list[Predict]:
        """For each fold the mean of its members."""
        parts = [replace(model, members=self._members(model, [each])) for each in self.preparations]
        return [part.predict_inputs for part in parts]

    def out_of_fold(self, predict: Sequence[Predict], rows: Array | None = None) -> list[Judged]:
        """What the predictor of each fold gives for its validation rows; for those among `rows` if they are given."""
        import numpy

        found = []
        for data, each in zip(self.work.datasets, predict, strict=True):
            part = data.split.validation
            part = part if rows is None else part[numpy.isin(part, rows)]
            if len(part):
                found.append((each(data.x[part]), data.truth[part]))
        return found

    def answers(self, model: SavedModel, rows: Array) -> Array:
        """What the saved model predicts for rows of the test part; without folds for rows of any part."""
        own = {id(each): data.x for data, each in zip(self.work.datasets, self.preparations, strict=True)}
        saved = self.saved(model)
        return saved.predict_each(own[id(each.preparation)][rows] for each in saved.members)

    def answers_of(self, predict: Sequence[Predict], rows: Array) -> Array:
        """The same of models that are given by the predictor of each fold."""
        pairs = [*zip(self.work.datasets, predict, strict=True)][: self.used]
        return mean([each(data.x[rows]) for data, each in pairs], [1] * len(pairs))

    @staticmethod
    def _members(model: SavedModel, preparations: Sequence[Preparation]) -> tuple[ModelMember, ...]:
        known = {id(each) for each in preparations}
        return tuple(each for each in model.members if id(each.preparation) in known)


def together(judged: Sequence[Judged]) -> Judged:
    """The rows of all folds, fold by fold."""
    import numpy

    predictions, truth = zip(*judged, strict=True)
    return numpy.concatenate(predictions), numpy.concatenate(truth)
