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
from caviar.registry.index import PluginError, names
from caviar.registry.load import load, name_of
from caviar.values.problem import Problem
from caviar.values.random import Random
from caviar.values.task import Task, TaskKind

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

_AUTOMATIC = ("cupy", "numpy")  # what "auto" tries, in this order
_LOSSES: dict[TaskKind, str] = {"classification": "softmax-cross-entropy", "regression": "squared"}


class NoBackend(Problem):
    """The backend the file asks for cannot be used here; the message says why and what to do."""


def set_up(pipeline: Pipeline) -> tuple[Work, Preparation, Objective]:
    """Reads the data and makes the job of a run."""
    if pipeline.data is None:
        raise DataError("data: missing; give a [data] table with path and target")
    backend = backend_of(pipeline)
    datasets, preparation = prepare(pipeline.data, pipeline.transform, pipeline.trainer.dtype, Random(pipeline.seed))
    smallest = max(getattr(each, "smallest_batch", 1) for each in plugins_at(pipeline.normalizer))
    fewest = min(len(dataset.split.train) for dataset in datasets)
    if fewest < smallest:
        raise DataError(f"{fewest} training row(s) are too few for the normalizer: it needs {smallest}")
    task = datasets[0].task
    pipeline = with_loss(pipeline, task)
    metrics = metrics_for(pipeline, task)
    objective = objective_for(pipeline.search.metric, pipeline.search.goal, task, metrics)
    work = Work(pipeline, backend, task, datasets, metrics, (objective.metric, objective.goal))
    return work, preparation, objective


def with_loss(pipeline: Pipeline, task: Task) -> Pipeline:
    """The pipeline with the task's loss where the trainer leaves it open. Raises DataError if the loss does not fit."""
    trainer: Any = pipeline.trainer
    if "loss" not in type(trainer).model_fields:
        return pipeline
    if trainer.loss is not None:
        if trainer.loss.task != task.kind:
            raise DataError(
                f"trainer.loss: '{name_of(type(trainer.loss))}' is for {trainer.loss.task}, but the target "
                f"{', '.join(task.targets)} makes this a {task.kind}; leave the loss out, or set data.task"
            )
        return pipeline
    loss = load("loss", _LOSSES[task.kind])()
    return pipeline.model_copy(update={"trainer": trainer.model_copy(update={"loss": loss})})


def metrics_for(pipeline: Pipeline, task: Task) -> dict[str, Metric]:
    """Every metric that fits the task. One that cannot be loaded is left out, unless it is the searched one."""
    searched = (pipeline.search.metric or "").split(".")[-1]
    found: dict[str, Metric] = {}
    for name in names("metric"):
        try:
            metric = load("metric", name)()
        except PluginError:
            if name == searched:
                raise
            continue
        assert isinstance(metric, Metric)
        if metric.task == task.kind:
            found[name] = metric
    return found


def backend_of(pipeline: Pipeline) -> Backend:
    """The backend the pipeline names; for "auto" the first that can be used here."""
    if pipeline.backend is not None:
        missing = pipeline.backend.missing()
        if missing:
            raise NoBackend(f"backend: {missing}")
        return pipeline.backend
    for name in (each for each in _AUTOMATIC if each in names("backend")):
        backend = load("backend", name)()
        assert isinstance(backend, Backend)
        if backend.missing() is None:
            return backend
    raise NoBackend("backend: none can be used here; reinstall caviar")


def plugins_at(value: Any) -> tuple[Plugin, ...]:
    """The plugin itself, or all options of a choice of plugins."""
    return value.ends() if getattr(value, "kind", "") == "sampler" else (value,)
