"""Work for the contracts of trainers and executors: a few rows, three classes, a small pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias, cast

import numpy

from caviar.config.declaration.pipeline import Pipeline
from caviar.engine.data.resolve import resolve_run
from caviar.engine.storage.trial_folders import trial_folder
from caviar.engine.training.bind import bind_population
from caviar.engine.training.variants import variant_for
from caviar.interfaces.data import Data
from caviar.interfaces.trainer import Advance, Trainer
from caviar.testing.tools import spread
from caviar.values.arrays import Array
from caviar.values.population import Population
from caviar.values.random import Random
from caviar.values.table import Table

State: TypeAlias = dict[str, Array]

EVERY = (0, 1, 2, 3)
"""The members, by number."""


class FewRows(Data):
    """Three overlapping clusters of points."""

    def read(self) -> Table:
        random = numpy.random.default_rng(0)
        labels = numpy.arange(90) % 3
        return Table({"x": random.normal(labels[:, None], 1.0, (90, 4)), "label": labels}, ("label",))


class FewNumbers(Data):
    """Two targets that depend on four inputs, far from zero and each in its own unit."""

    def read(self) -> Table:
        random = numpy.random.default_rng(0)
        x = random.normal(size=(90, 4))
        return Table({"x": x, "price": 5000.0 + 30.0 * x[:, 0], "weight": 80.0 - 2.0 * x[:, 1]}, ("price", "weight"))


def small_pipeline(trainer: Trainer) -> Pipeline:
    """The text of a file that names only the trainer, and data if it needs some; it searches nothing."""
    return Pipeline(data=FewRows() if trainer.needs_data else None, trainer=trainer, reporter=())


class Bench:
    """A prepared pipeline, any members of which can be trained: each has its own seed and tunables."""

    def __init__(self, pipeline: Pipeline, check_stop: Callable[[], None] = lambda: None) -> None:
        work = resolve_run(pipeline)[0]
        self.backend, self.context, self.epochs = work.backend, work.context(check_stop), pipeline.trainer.epochs
        send, data = work.backend.send, work.datasets[0]
        self.rows = data.x[:7]
        self._data = replace(data, x=send(data.x), y=send(data.y), truth=send(data.truth))
        trainers, models, optimizers = (
            spread(part, len(EVERY)) for part in (work.pipeline.trainer, work.pipeline.model, work.pipeline.optimizer)
        )
        self._pipelines = [
            work.pipeline.model_copy(update={"trainer": trainer, "model": model, "optimizer": optimizer})
            for trainer, model, optimizer in zip(trainers, models, optimizers, strict=True)
        ]

    def population(self, members: Sequence[int]) -> Population:
        """These members, bound."""
        pipelines, values = [self._pipelines[member] for member in members], tuple(dict[str, Any]() for _ in members)
        return bind_population(members, pipelines, values, Random(1), self.backend.send, form=variant_for(self.backend))

    def start(self, members: Sequence[int]) -> State:
        """Their state before the first epoch."""
        population = self.population(members)
        return _trainer(population).start(population, self._data, self.context)

    def advance(self, state: State, members: Sequence[int], until: int) -> Advance:
        """Their state after an epoch; each call is a segment, in folders of its own."""
        population = self.population(members)
        with TemporaryDirectory(prefix="caviar-") as folder:
            context = replace(self.context, folder=partial(trial_folder, Path(folder), 0, 0))
            try:
                return _trainer(population).advance(state, population, self._data, context, until)
            finally:
                _trainer(population).leave(population, context)

    def fetched(self, state: State, members: Sequence[int] | None = None) -> State:
        """A state, or some members' part of it, as NumPy's arrays."""
        chosen = slice(None) if members is None else list(members)
        return {name: self.backend.fetch(array)[chosen].copy() for name, array in state.items()}

    def saved(self, state: State, members: Sequence[int] = EVERY) -> State:
        """A state, or some members' part of it, after it was stored in a file."""
        return {name: self.backend.send(array) for name, array in self.fetched(state, members).items()}

    def weights(self, state: State, members: Sequence[int]) -> State:
        """The results of their training."""
        population = self.population(members)
        return _trainer(population).finish(state, population, self._data, self.context).weights

    def predict(self, weights: State, members: Sequence[int], x: Array) -> Array:
        """Their predictions."""
        population = self.population(members)
        return _trainer(population).predict(weights, population, x, self.context)

    def predictor(self, weights: State, member: int) -> Callable[[Array], Array]:
        """The predictions of one member for many calls."""
        population = self.population([member])
        return _trainer(population).predictor(weights, population, self.context)


def _trainer(population: Population) -> Trainer:
    return cast(Trainer, population.parts["trainer"])
