"""The metrics that a search asks for, and whether they fit the task."""

from __future__ import annotations

from collections.abc import Collection

from caviar.config.pipeline import Search
from caviar.interfaces.metric import Metric
from caviar.registry.index import PluginError, names
from caviar.registry.load import load
from caviar.values.problem import LateMistake
from caviar.values.task import TaskKind

_DEFAULTS: dict[TaskKind, str] = {"classification": "validation.accuracy", "regression": "validation.r2"}


class UnknownMetric(LateMistake):
    """A metric that the search asks for does not exist for this task."""


def metrics_for(search: Search, task: TaskKind) -> dict[str, Metric]:
    """Every metric that fits the task, by name. One that cannot be loaded is left out, unless it is asked for."""
    asked = {metric.partition(".")[2] for metric in _asked(search)}
    found: dict[str, Metric] = {}
    for name in names("metric"):
        try:
            metric = load("metric", name)()
        except PluginError:
            if name in asked:
                raise
            continue
        assert isinstance(metric, Metric)
        if metric.task == task:
            found[name] = metric
    return found


def searched_metric(search: Search, task: TaskKind, fitting: Collection[str]) -> str:
    """`search.metric`, or the task's own; `fitting` are the names of the metrics for the task.

    Raises UnknownMetric where it, or one in `search.where`, does not fit the task.
    """
    for metric, key in _asked(search).items():
        name = metric.partition(".")[2]
        if name != "loss" and name not in fitting:
            there = ", ".join(f"validation.{each}" for each in sorted([*fitting, "loss"]))
            raise UnknownMetric(("search", key), f"{metric!r} does not fit a {task} task; there are {there}")
    return search.metric or _DEFAULTS[task]


def _asked(search: Search) -> dict[str, str]:
    """The metrics that a file names, and the key that does."""
    conditions = {condition.metric: "where" for condition in search.conditions}
    return conditions | ({search.metric: "metric"} if search.metric else {})
