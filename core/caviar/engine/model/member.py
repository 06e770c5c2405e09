"""A member of a saved model: one trained pipeline with what prepares its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from caviar.engine.data.prepare import Preparation
from caviar.engine.data.resolve import backend_of
from caviar.engine.model.tiles import Tiled
from caviar.engine.training.job import Work
from caviar.engine.training.one_thread import OneThread, libraries
from caviar.engine.training.variants import fell_back
from caviar.interfaces.data import DataError
from caviar.values.arrays import Array
from caviar.values.segment import Segment
from caviar.values.table import Table

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class ModelMember:
    """One trained pipeline: its trial, the pipeline with that trial's values, and its weights by name.

    `pipeline` is settled: it contains no sampler. `preparation` is the same object in members that prepare rows in the
    same way, such as those of an ensemble; members trained on other folds have their own. `count` is the member's
    weight in the mean: how often an ensemble has drawn it.
    """

    trial: int
    pipeline: Pipeline
    preparation: Preparation
    weights: Mapping[str, Array]
    count: int = 1

    def predict_inputs(self, x: Array) -> Array:
        """Predicts from prepared inputs (rows, inputs): probabilities (rows, classes), or targets in user's units."""
        import numpy

        predict = self._predictor
        try:
            with self._one_thread, numpy.errstate(all="ignore"):
                return predict(x)
        except Exception as error:
            if not fell_back(error):
                raise
        del self.__dict__["_predictor"]  # holds the compiled form that cannot be used
        return self.predict_inputs(x)

    @cached_property
    def _predictor(self) -> Tiled:
        task = self.preparation.task
        work = Work(self.pipeline, backend_of(self.pipeline), task, inputs=self.preparation.made)
        population = work.population(Segment((self.trial,), ({},), 0, 0))
        one = {name: array[None] for name, array in self.weights.items()}
        return Tiled(population.parts["trainer"].predictor(one, population, work.context(lambda: None)))

    @cached_property
    def _one_thread(self) -> OneThread:
        """Found once, after the predictor has loaded its libraries: the search takes longer than a prediction."""
        return OneThread(libraries())

    def rehearse(self) -> None:
        """Predicts a row of zeros; raises any error of parts that do not fit together."""
        prepared = self.preparation
        if self.pipeline.trainer.needs_data is not bool(prepared.made.width):
            raise ValueError("inputs for a trainer without data, or no inputs for a trainer that needs them")
        if not prepared.made.width:
            return
        try:
            x = prepared.inputs(self._zeros(), self.pipeline.trainer.dtype)
        except DataError:  # a transform may reject zeros
            return
        answer = self.predict_inputs(x)
        expected = (1, len(prepared.task.classes or prepared.task.targets))
        if answer.shape != expected:
            raise ValueError(f"it predicts an array of shape {answer.shape} instead of {expected}")

    def _zeros(self) -> Table:
        import numpy

        prepared, columns = self.preparation, dict[str, Array]()
        for name, shape in zip(prepared.features, prepared.shapes, strict=True):
            whole = name in prepared.levels
            columns[name] = numpy.zeros((1, *shape), dtype=numpy.int64 if whole and not shape else float)
            if name in prepared.words:
                columns[name] = numpy.full(1, "", dtype=object)
            if name in prepared.dates:
                columns[name] = numpy.zeros(1, dtype="datetime64[s]")
        return Table(columns, ())
