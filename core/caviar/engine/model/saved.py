"""The saved model: one safetensors file with everything that prediction needs, and no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.config.declaration.dump import to_toml
from caviar.config.declaration.space import space_of
from caviar.config.reading.resolved import loads
from caviar.engine.data.prepare import Preparation
from caviar.engine.data.resolve import backend_of
from caviar.engine.model.model_file import Damaged, Facts, OtherFile, packed, unpacked
from caviar.engine.model.tiles import Tiled
from caviar.engine.training.job import Work
from caviar.engine.training.one_thread import OneThread, libraries
from caviar.engine.training.variants import fell_back
from caviar.interfaces.data import DataError
from caviar.registry.load import name_of
from caviar.support.files import open_plain, sync_folder, why_unreadable, write_atomically
from caviar.values.arrays import Array
from caviar.values.problem import Problem
from caviar.values.segment import Segment
from caviar.values.table import Table

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_AGAIN = "`pipe run` of its pipeline writes it again"


class NotAModel(Problem):
    """The file is not a Caviar model; the message names the file and the reason."""


class NothingToPredict(Problem):
    """The model is of a trainer without data."""


@dataclass(frozen=True)
class SavedModel:
    """A trained model; of a trainer without data its weights alone.

    `pipeline` is settled: it holds no sampler. `metrics` are the winner's, test part included.
    """

    pipeline: Pipeline
    preparation: Preparation
    weights: Mapping[str, Array]
    trial: int
    metrics: Mapping[str, float]

    def predict(self, table: Table) -> Array:
        """Probabilities (rows, classes), or targets (rows, targets) in the user's units.

        Raises DataError, and NothingToPredict.
        """
        self.require_prediction()
        if table.rows == 0:
            raise DataError("there are no rows to predict")
        return self.predict_inputs(self.preparation.inputs(table, self.pipeline.trainer.dtype))

    def require_prediction(self) -> None:
        """Raises NothingToPredict where the trainer had no data to learn from."""
        trainer = self.pipeline.trainer
        if not trainer.needs_data:
            raise NothingToPredict(
                f"trainer '{name_of(type(trainer))}' reads no data, so its model predicts nothing; "
                "`pipe results` shows the values that won, and the model's file holds their weights"
            )

    def predict_inputs(self, x: Array) -> Array:
        """The same from prepared inputs (rows, inputs)."""
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
        """Found once, after the predictor has loaded all it needs: looking for it takes longer than a prediction."""
        return OneThread(libraries())

    def rehearse(self) -> None:
        """Predicts a row of zeros; raises whatever goes wrong where the parts do not fit together."""
        if self.pipeline.trainer.needs_data is not bool(self.preparation.made.width):
            raise ValueError("inputs for a trainer without data, or none for one with")
        if not self.preparation.made.width:
            return
        answer = self.predict(self._zeros())
        task = self.preparation.task
        expected = (1, len(task.classes or task.targets))
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
        return Table(columns, ())

    def save(self, path: Path) -> None:
        """Writes the file so that it is there whole or not at all."""
        arrays = {f"weights.{name}": array for name, array in self.weights.items()}
        for number, learned in enumerate(self.preparation.learned):
            arrays |= {f"transform.{number}.{name}": array for name, array in learned.items()}
        facts = Facts(
            pipeline=to_toml(self.pipeline.model_copy(update={"backend": None})),  # predicts wherever it is opened
            features=self.preparation.features,
            shapes=self.preparation.shapes,
            words=self.preparation.words,
            levels=self.preparation.levels,
            made=self.preparation.made,
            task=self.preparation.task,
            trial=self.trial,
            metrics=dict(self.metrics),
        )
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, packed(facts, arrays))
        sync_folder(path.parent)


def best_file(folder: Path) -> Path:
    """Where the model of a run's folder lies. Raises NotAModel where a link would lead out of it."""
    if (models := folder / "models").is_symlink():
        raise NotAModel(f"{models}: a link, which is not followed; put the folder itself there or remove the link")
    return folder / "models" / "best.safetensors"


def open_model(path: Path) -> SavedModel:
    """Reads a model file and checks that it is as it was written. Raises NotAModel.

    Runs no code but that of installed plugins it names.
    """
    try:
        with open_plain(path) as file:
            facts, arrays = unpacked(file.read())
    except FileNotFoundError:
        raise NotAModel(f"{path}: no such file; a run writes it at its end, if a trial has finished") from None
    except OSError as error:
        raise NotAModel(f"{path}: {why_unreadable(error)}") from None
    except OtherFile:
        raise NotAModel(f"{path}: not a model written by this version of caviar; {_AGAIN}") from None
    except Damaged as damage:
        raise NotAModel(f"{path}: damaged or not a model: {damage}; {_AGAIN}") from None
    pipeline = loads(facts.pipeline, str(path))
    learned = tuple(_below(arrays, f"transform.{number}.") for number in range(len(pipeline.transform)))
    columns = facts.features, facts.shapes, facts.words, facts.levels, facts.made
    preparation = Preparation(tuple(pipeline.transform), learned, *columns, facts.task)
    model = SavedModel(pipeline, preparation, _below(arrays, "weights."), facts.trial, facts.metrics)
    try:
        if len(space_of(pipeline)) or len(arrays) != len(model.weights) + sum(map(len, learned)):
            raise ValueError("ranges in its pipeline, or arrays of no use")
        model.rehearse()
    except DataError:  # a transform may want other numbers than zeros
        pass
    except Problem:
        raise
    except Exception as error:  # whatever plugins raise that are given what is not theirs
        why = f"{type(error).__name__}: {error}"
        raise NotAModel(f"{path}: its parts do not fit together ({why}); {_AGAIN}") from error
    return model


def _below(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
