"""Setting up a run: backend, data, the metrics that fit, the task's loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from caviar.engine.job import Work
from caviar.engine.objective import Objective, objective_for
from caviar.engine.prepare import Preparation, prepare
from caviar.interfaces.backend import Backend
from caviar.interfaces.data import DataError
from caviar.interfaces.metric import Metric
from caviar.interfaces.plugin import Plugin
from caviar.registry.index import entries
from caviar.registry.load import load
from caviar.values.random import Random
from caviar.values.task import Task, TaskKind

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

_LOSSES: dict[TaskKind, str] = {"classification": "softmax-cross-entropy", "regression": "squared"}


class NoBackend(Exception):
    """The backend the file asks for cannot be used here; the message says why and what to do."""


def set_up(pipeline: Pipeline) -> tuple[Work, Preparation, Objective]:
    """Reads the data and makes the job of a run."""
    if pipeline.data is None:
        raise DataError("data: missing; give a [data] table with path and target")
    backend = backend_of(pipeline)
    dataset, preparation = prepare(pipeline.data, pipeline.transform, pipeline.trainer.dtype, Random(pipeline.seed))
    smallest = max(getattr(each, "smallest_batch", 1) for each in plugins_at(pipeline.normalizer))
    if len(dataset.split.train) < smallest:
        raise DataError(
            f"{len(dataset.split.train)} training row(s) are too few for the normalizer: it needs {smallest}"
        )
    metrics = metrics_for(pipeline, dataset.task)
    objective = objective_for(pipeline.search.metric, dataset.task, metrics)
    work = Work(with_loss(pipeline, dataset.task), backend, dataset.task, (dataset,), metrics)
    return work, preparation, objective


def with_loss(pipeline: Pipeline, task: Task) -> Pipeline:
    """The pipeline with the task's loss where the trainer leaves it open."""
    trainer: Any = pipeline.trainer
    if getattr(trainer, "loss", ...) is not None:
        return pipeline
    loss = load("loss", _LOSSES[task.kind])()
    return pipeline.model_copy(update={"trainer": trainer.model_copy(update={"loss": loss})})


def metrics_for(pipeline: Pipeline, task: Task) -> dict[str, Metric]:
    """Our own metrics that fit the task, and the searched one whoever wrote it."""
    wanted = (pipeline.search.metric or "").split(".")[-1]
    found: dict[str, Metric] = {}
    for entry in entries("metric"):
        if entry.distribution == "caviar" or entry.name == wanted:
            metric = load("metric", entry.name)()
            assert isinstance(metric, Metric)
            if metric.task == task.kind:
                found[entry.name] = metric
    return found


def backend_of(pipeline: Pipeline) -> Backend:
    """The backend the pipeline names; for "auto" the first that can be used here."""
    if pipeline.backend is not None:
        missing = pipeline.backend.missing()
        if missing:
            raise NoBackend(f"backend: {missing}")
        return pipeline.backend
    names = [entry.name for entry in entries("backend")]
    for name in sorted(names, key=lambda name: name == "numpy"):
        backend = load("backend", name)()
        assert isinstance(backend, Backend)
        if backend.missing() is None:
            return backend
    raise NoBackend("backend: none can be used here; reinstall caviar")


def plugins_at(value: Any) -> tuple[Plugin, ...]:
    """The plugin itself, or all options of a choice of plugins."""
    return value.ends() if getattr(value, "kind", "") == "sampler" else (value,)
