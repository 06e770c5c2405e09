"""The metrics that a search uses: whether they exist, fit the task, and are maximized or minimized."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from caviar.config.declaration.pipeline import Pipeline, Search
from caviar.interfaces.metric import Metric
from caviar.registry.index import PluginError, names
from caviar.registry.load import load, name_of, version_of
from caviar.support.raised import sentence
from caviar.text.once import say_once
from caviar.values.metric_name import MetricName
from caviar.values.problem import LateMistake
from caviar.values.task import TaskKind

_DEFAULTS: dict[TaskKind, str] = {"classification": "validation.accuracy", "regression": "validation.r2"}


class UnknownMetric(LateMistake):
    """A metric that the search uses does not exist for this task."""


def metrics_for(search: Search, task: TaskKind) -> dict[str, Metric]:
    """Every metric that fits the task, by name. One that cannot be used is left out and reported unless asked for.

    Raises PluginError.
    """
    asked = {MetricName.parse(metric).name for metric in _asked(search)}
    found = {name_of(type(each)): each for each in (search.metric,) if isinstance(each, Metric)}
    for name in names("metric"):
        try:
            if name not in found:
                found[name] = _made(name)
        except PluginError as error:
            if name in asked:
                raise
            say_once(f"{error}; it is not measured")
    return {name: found[name] for name in sorted(found) if found[name].task == task}


def _made(name: str) -> Metric:
    cls = load("metric", name)
    try:
        return cast(Metric, cls())
    except Exception as error:  # a field without a default; and a plugin may raise anything
        whose = f"metric '{name}' of {version_of(cls)}"
        raise PluginError(f"{whose} cannot be created from its name alone: {sentence(error)}") from error


def searched_metric(pipeline: Pipeline, task: TaskKind, fitting: Collection[str]) -> str:
    """`search.metric`, or the first that the trainer declares, or the task's own.

    `fitting` are the names of the metrics for the task. Raises UnknownMetric where it, or one in `search.where`, does
    not fit the task.
    """
    search, own = pipeline.search, pipeline.trainer.declared_metrics()
    for metric, key in _asked(search).items():
        name = MetricName.parse(metric)
        if metric not in own and not name.is_loss and name.name not in fitting:
            there = ", ".join(str(MetricName("validation", each)) for each in sorted([*fitting, "loss"]))
            raise UnknownMetric(
                ("search", key), f"{metric!r} does not fit a {task} task; remove it, or choose one of {there}"
            )
    return asked_metric(pipeline) or default_metric(task)


def default_metric(task: TaskKind) -> str:
    """The metric that is searched where neither file nor trainer names one."""
    return _DEFAULTS[task]


def asked_metric(pipeline: Pipeline) -> str | None:
    """`search.metric`, or the first that the trainer declares; None where the task decides."""
    return pipeline.search.asked or next(iter(pipeline.trainer.declared_metrics()), None)


def _asked(search: Search) -> dict[str, str]:
    """The metrics that a file names, with the keys that name them."""
    conditions = {condition.metric: "where" for condition in search.conditions}
    return conditions | ({search.asked: "metric"} if search.asked else {})
