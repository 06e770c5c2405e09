"""Setting up a run: backend, data, the metrics that fit, the task's loss."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from caviar.config.checks.data_errors import few_rows
from caviar.config.checks.losses import named_loss
from caviar.config.checks.metrics import metrics_for, searched_metric
from caviar.engine.data.prepare import Preparation, prepare
from caviar.engine.search.objective import Objective, objective_of
from caviar.engine.training.job import Work
from caviar.interfaces.backend import Backend
from caviar.interfaces.data import DataError
from caviar.interfaces.plugin import Plugin
from caviar.registry.index import PluginError, names, own_distribution
from caviar.registry.load import load
from caviar.values.problem import LateMistake
from caviar.values.random import Random
from caviar.values.task import Task, TaskKind

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_AUTOMATIC = ("cupy", "numpy")  # what "auto" tries, in this order
_LOSSES: dict[TaskKind, str] = {"classification": "softmax-cross-entropy", "regression": "squared"}


class NoBackend(LateMistake):
    """The backend the file asks for cannot be used here; `reason` says why and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(("backend",), reason)


def resolve_run(pipeline: Pipeline) -> tuple[Work, Preparation, Objective]:
    """Reads the data and makes the job of a run."""
    if pipeline.data is None:
        raise DataError("data: missing; give a [data] table with path and target")
    backend = backend_of(pipeline)
    datasets, preparation = prepare(pipeline.data, pipeline.transform, pipeline.trainer.dtype, Random(pipeline.seed))
    smallest = max(getattr(each, "smallest_batch", 1) for each in plugins_at(pipeline.normalizer))
    fewest = min(len(dataset.split.train) for dataset in datasets)
    if fewest < smallest:
        raise few_rows(fewest, smallest)
    task = datasets[0].task
    pipeline = with_loss(pipeline, task)
    metrics = metrics_for(pipeline.search, task.kind)
    metric = searched_metric(pipeline.search, task.kind, metrics)
    objective = objective_of(pipeline.search, metric)
    searched, conditions = (objective.metric, objective.goal), tuple(each.metric for each in objective.conditions)
    work = Work(pipeline, backend, task, datasets, metrics, searched, conditions=conditions)
    return work, preparation, objective


def with_loss(pipeline: Pipeline, task: Task) -> Pipeline:
    """The pipeline with the task's loss where the trainer leaves it open. Raises UnfitLoss."""
    trainer: Any = pipeline.trainer
    if "loss" not in type(trainer).model_fields or named_loss(pipeline, task):
        return pipeline
    loss = load("loss", _LOSSES[task.kind])()
    return pipeline.model_copy(update={"trainer": trainer.model_copy(update={"loss": loss})})


def with_total(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the search's total where a strategy that plans ahead leaves it open."""
    search = pipeline.search
    if getattr(search.strategy, "trials", ...) is not None:
        return pipeline
    total = max(search.trials - len(search.points), 1)
    strategy = search.strategy.model_copy(update={"trials": total})
    return pipeline.model_copy(update={"search": search.model_copy(update={"strategy": strategy})})


def backend_of(pipeline: Pipeline) -> Backend:
    """The backend the pipeline names; for "auto" the first that can be used here."""
    if pipeline.backend is not None:
        missing = pipeline.backend.missing()
        if missing:
            raise NoBackend(missing)
        return pipeline.backend
    return _automatic()


@cache
def _automatic() -> Backend:
    for name in (each for each in _AUTOMATIC if each in names("backend")):
        try:
            backend = load("backend", name)()
        except PluginError:  # what it needs is not installed
            continue
        assert isinstance(backend, Backend)
        if backend.missing() is None:
            return backend
    raise NoBackend(f"none can be used here; pip install --force-reinstall {own_distribution()}")


def plugins_at(value: Any) -> tuple[Plugin, ...]:
    """The plugin itself, or all options of a choice of plugins."""
    return value.ends() if getattr(value, "kind", "") == "sampler" else (value,)
