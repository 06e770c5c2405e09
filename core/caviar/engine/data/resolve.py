"""Resolving a run: the data is read, and every "auto" of the pipeline is replaced by what will be used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from caviar.config.checks.data_errors import few_rows
from caviar.config.checks.losses import with_loss
from caviar.config.checks.metrics import metrics_for, searched_metric
from caviar.config.checks.target_errors import threshold_metric
from caviar.config.declaration.walk import alternatives
from caviar.engine.data.prepare import Preparation, Read, no_data, prepare
from caviar.engine.data.targets import declaration_of
from caviar.engine.search.objective import Objective, objective_of
from caviar.engine.training.job import Work
from caviar.engine.training.variants import has_kernels, variant_for
from caviar.interfaces.backend import Backend
from caviar.interfaces.data import Data, DataError
from caviar.registry.index import Entry, PluginError, entries, own_distribution
from caviar.registry.load import load
from caviar.values.dataset import Dataset
from caviar.values.problem import LateMistake
from caviar.values.random import Random
from caviar.values.task import Task

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_AUTOMATIC = ("cupy", "numpy")  # what "auto" tries, in this order


class NoBackend(LateMistake):
    """The backend the file asks for cannot be used here; `reason` says why and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(("backend",), reason)


def resolve_run(pipeline: Pipeline, read: Read | None = None) -> tuple[Work, tuple[Preparation, ...], Objective]:
    """Reads the data, where the trainer needs some, and makes the job of a run; how the rows of each fold are prepared.

    The job's pipeline is the one that is recorded, searched and saved: nothing in it that results depend on is open.
    Names mean plugins of the current registry, which in a run is that of the pipeline.
    """
    backend = backend_of(pipeline)
    # Its messages about kernels are logged now, while reporters listen.
    variant_for(backend, has_kernels(pipeline.trainer))
    if pipeline.data is not None and pipeline.trainer.needs_data:
        pipeline = pipeline.model_copy(update={"data": pipeline.data.decided()})
    datasets, preparations = _data_for(pipeline, read)
    task = datasets[0].task
    if pipeline.recipe_task not in (None, task.kind):
        raise _other_task(pipeline.recipe_task, task)
    if pipeline.trainer.needs_data and (complaint := pipeline.trainer.complaint(task)):
        raise LateMistake(("trainer",), complaint)
    metrics = metrics_for(pipeline.search, task.kind) if pipeline.trainer.needs_data else {}
    metric = searched_metric(pipeline, task.kind, metrics)
    if pipeline.data is not None and task.kind == "classification":
        threshold_metric(pipeline.data, len(task.classes), metrics)
    pipeline = _resolved(pipeline, backend, task, metric)
    objective = objective_of(pipeline, metric)
    searched, conditions = (objective.metric, objective.goal), tuple(each.metric for each in objective.conditions)
    work = Work(pipeline, backend, task, datasets, metrics, searched, conditions=conditions)
    return work, preparations, objective


def _other_task(foreseen: str | None, task: Task) -> LateMistake:
    first = f"the head of the data looks like {foreseen}, for which the recipe's values were taken"
    return LateMistake(("recipe",), f'{first}, but all rows make it {task.kind}; write task = "{task.kind}" in [data]')


def _data_for(pipeline: Pipeline, read: Read | None) -> tuple[tuple[Dataset, ...], tuple[Preparation, ...]]:
    """The datasets and how they were prepared, one for each fold. Raises DataError."""
    trainer = pipeline.trainer
    if not trainer.needs_data:
        return no_data(trainer.dtype)
    if pipeline.data is None:
        raise DataError("data: missing; give a [data] table with path and target")
    datasets, preparations = prepare(pipeline.data, pipeline.transform, trainer.dtype, Random(pipeline.seed), read)
    if "normalizer" in trainer.uses:
        smallest = max(each.smallest_batch for each in alternatives(pipeline.normalizer))
        fewest = min(len(dataset.split.train) for dataset in datasets)
        if fewest < smallest:
            raise few_rows(fewest, smallest)
    return datasets, preparations


def _resolved(pipeline: Pipeline, backend: Backend, task: Task, metric: str) -> Pipeline:
    """The pipeline with every "auto" filled in that results depend on. Raises UnfitLoss."""
    search, data = pipeline.search, pipeline.data
    if search.asked != metric:
        search = search.model_copy(update={"metric": metric})
    if getattr(search.strategy, "trials", ...) is None:  # one that plans ahead
        total = max(search.trials - len(search.points), 1)
        strategy = search.strategy.model_copy(update={"trials": total})
        search = search.model_copy(update={"strategy": strategy})
    if data is not None and pipeline.trainer.needs_data:
        data = _settled(data, task)
    trainer = with_loss(pipeline, task)
    return pipeline.model_copy(update={"backend": backend, "data": data, "trainer": trainer, "search": search})


def _settled(data: Data, task: Task) -> Data:
    """The data with what its targets decided."""
    found: dict[str, Any] = {"task": task.kind}
    if task.kind == "regression":
        found["target_transform"] = declaration_of(task)
    elif len(task.classes) == 2:
        found["positive"] = task.classes[1]
    return data.model_copy(update=found)


def backend_of(pipeline: Pipeline) -> Backend:
    """The backend the pipeline names; for "auto" the first that can be used here."""
    if pipeline.backend is not None:
        missing = pipeline.backend.missing()
        if missing:
            raise NoBackend(missing)
        return pipeline.backend
    return _automatic(entries("backend"))


@cache
def _automatic(known: tuple[Entry, ...]) -> Backend:
    there = {each.name for each in known}
    for name in (each for each in _AUTOMATIC if each in there):
        try:
            backend = load("backend", name)()
        except PluginError:  # what it needs is not installed
            continue
        assert isinstance(backend, Backend)
        if backend.missing() is None:
            return backend
    raise NoBackend(f"none can be used here; pip install --force-reinstall {own_distribution()}")
