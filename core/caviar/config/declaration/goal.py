"""The goal of a metric and the objective of a diverged trial: as trainer or metric declares, else from the file."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from caviar.values.history import Goal
from caviar.values.metric_name import MetricName

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def declared_goal(pipeline: Pipeline, metric: MetricName) -> Goal | None:
    """The goal that the trainer declares of a metric of its own, else the metric itself; None leaves it to the file.

    Raises PluginError.
    """
    own = pipeline.trainer.declared_metrics()
    if str(metric) in own:
        return own[str(metric)]
    if metric.is_loss:
        return "minimize"
    goal: Goal | None = getattr(pipeline.search.class_of(metric.name), "goal", None)
    return goal


def goal_of(pipeline: Pipeline, metric: MetricName) -> Goal | None:
    """Whether the metric is maximized; None if neither a plugin nor `search.goal` states it. Raises PluginError."""
    return declared_goal(pipeline, metric) or pipeline.search.goal


def worst_of(pipeline: Pipeline, metric: MetricName, goal: Goal) -> float:
    """The objective of a trial that diverged. Raises PluginError."""
    worst: float = -inf if goal == "maximize" else inf
    if not metric.is_loss and str(metric) not in pipeline.trainer.declared_metrics():
        worst = getattr(pipeline.search.class_of(metric.name), "worst", worst)
    return worst
