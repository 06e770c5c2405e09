"""The goal of a metric, and what a diverged trial counts: what the metric declares, else what the file says."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from caviar.values.history import Goal
from caviar.values.metric_name import MetricName

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Search


def declared_goal(search: Search, metric: MetricName) -> Goal | None:
    """The goal that the metric itself declares; None where it leaves it to the file. Raises PluginError."""
    if metric.is_loss:
        return "minimize"
    goal: Goal | None = getattr(search.class_of(metric.name), "goal", None)
    return goal


def goal_of(search: Search, metric: MetricName) -> Goal | None:
    """Whether more of the metric is better; None where neither it nor `search.goal` says so. Raises PluginError."""
    return declared_goal(search, metric) or search.goal


def worst_of(search: Search, metric: MetricName, goal: Goal) -> float:
    """The objective of a trial that diverged. Raises PluginError."""
    worst: float = -inf if goal == "maximize" else inf
    if not metric.is_loss:
        worst = getattr(search.class_of(metric.name), "worst", worst)
    return worst
