"""The saved model: one safetensors file with everything that prediction needs, and no code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.config.dump import to_toml
from caviar.config.resolved import loads
from caviar.engine.job import Work
from caviar.engine.one_thread import OneThread, libraries
from caviar.engine.prepare import Preparation
from caviar.engine.setup import backend_of, with_loss
from caviar.engine.tiles import Tiled
from caviar.interfaces.data import DataError
from caviar.values.arrays import Array
from caviar.values.files import sync_folder, write_whole
from caviar.values.problem import Problem
from caviar.values.segment import Segment
from caviar.values.table import Table
from caviar.values.task import Task

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

_FACTS = "caviar"  # the one entry of the file's metadata
_FORMAT = "caviar model 2"


class NotAModel(Problem):
    """The file is no model of ours; the message says which and why."""


@dataclass(frozen=True)
class SavedModel:
    """A trained model. `pipeline` is settled: it holds no sampler. `metrics` are the winner's, test part included."""

    pipeline: Pipeline
    preparation: Preparation
    weights: Mapping[str, Array]
    trial: int
    metrics: Mapping[str, float]

    def predict(self, table: Table) -> Array:
        """Probabilities (rows, classes), or targets (rows, targets) in the user's units. Raises DataError."""
        if table.rows == 0:
            raise DataError("there are no rows to predict")
        return self.predict_inputs(self.preparation.inputs(table, self.pipeline.trainer.dtype))

    def predict_inputs(self, x: Array) -> Array:
        """The same from prepared inputs (rows, inputs)."""
        import numpy

        predict = self._predictor
        with self._one_thread, numpy.errstate(all="ignore"):
            return predict(x)

    @cached_property
    def _predictor(self) -> Tiled:
        task = self.preparation.task
        work = Work(with_loss(self.pipeline, task), backend_of(self.pipeline), task)
        population = work.population(Segment((self.trial,), ({},), 0, 0))
        one = {name: array[None] for name, array in self.weights.items()}
        return Tiled(population.parts["trainer"].predictor(one, population, work.context(lambda: None)))

    @cached_property
    def _one_thread(self) -> OneThread:
        """Found once, after the predictor has loaded all it needs: looking for it takes longer than a prediction."""
        return OneThread(libraries())

    def save(self, path: Path) -> None:
        """Writes the file so that it is there whole or not at all."""
        from safetensors.numpy import save

        arrays = {f"weights.{name}": array for name, array in self.weights.items()}
        for number, learned in enumerate(self.preparation.learned):
            arrays |= {f"transform.{number}.{name}": array for name, array in learned.items()}
        header = {
            "format": _FORMAT,
            "pipeline": to_toml(self.pipeline.model_copy(update={"backend": None})),  # predicts wherever it is opened
            "features": self.preparation.features,
            "widths": self.preparation.widths,
            "words": self.preparation.words,
            "task": asdict(self.preparation.task),
            "trial": self.trial,
            "metrics": dict(self.metrics),
        }
        path.parent.mkdir(exist_ok=True)
        whole = {name: _contiguous(array) for name, array in arrays.items()}
        write_whole(path, save(whole, metadata={_FACTS: json.dumps(header)}))  # of several entries the order is chance
        sync_folder(path.parent)


def open_model(path: Path) -> SavedModel:
    """Reads a model file. Raises NotAModel. Runs no code but that of installed plugins it names."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get(_FACTS, "{}"))
            if not isinstance(header, dict) or header.get("format") != _FORMAT:
                raise NotAModel(f"{path}: not a model written by this version of caviar")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no dict)
    except FileNotFoundError:
        raise NotAModel(f"{path}: no such file; a run leaves it at its end, if a trial has finished") from None
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise NotAModel(f"{path}: damaged or not a model: {error}") from None
    pipeline = loads(header["pipeline"], str(path))
    learned = tuple(_below(arrays, f"transform.{number}.") for number in range(len(pipeline.transform)))
    facts: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in header["task"].items()}
    features, widths, words = (tuple(header[name]) for name in ("features", "widths", "words"))
    preparation = Preparation(tuple(pipeline.transform), learned, features, widths, words, Task(**facts))
    weights = _below(arrays, "weights.")
    return SavedModel(pipeline, preparation, weights, header["trial"], header["metrics"])


def _below(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}


def _contiguous(array: Array) -> Array:
    import numpy

    return numpy.ascontiguousarray(array)
