"""The objective: which metric is searched, towards which end, and what a diverged trial counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from caviar.interfaces.metric import Metric
from caviar.registry.load import load
from caviar.values.history import Goal
from caviar.values.problem import Problem
from caviar.values.segment import MemberOutcome
from caviar.values.task import Task
from caviar.values.trial import Trial, TrialState

_DEFAULTS = {"classification": "validation.accuracy", "regression": "validation.r2"}


class UnknownMetric(Problem):
    """The searched metric does not exist for this task."""


@dataclass(frozen=True)
class Objective:
    """`metric` is `<part>.<name>`."""

    metric: str
    goal: Goal
    worst: float

    def of(self, outcome: MemberOutcome) -> float | None:
        """A trial's objective; None where it has none."""
        if outcome.state is TrialState.DIVERGED:
            return self.worst
        return None if outcome.final is None else outcome.final[self.metric]

    def best(self, trials: tuple[Trial, ...]) -> Trial | None:
        """The winner among finished trials; of equals the one with the lower index."""
        done = [trial for trial in trials if trial.state is TrialState.FINISHED and trial.objective is not None]
        sign = -1.0 if self.goal == "maximize" else 1.0
        return min(done, key=lambda trial: (sign * (trial.objective or 0.0), trial.index), default=None)


def objective_for(metric: str | None, goal: Goal | None, task: Task, metrics: Mapping[str, Metric]) -> Objective:
    """The objective of `search.metric` and `search.goal`, None meaning the task's default and the metric's own."""
    path = metric or _DEFAULTS[task.kind]
    name = path.split(".", 1)[1]
    if name != "loss" and name not in metrics:
        fitting = ", ".join(f"validation.{each}" for each in sorted([*metrics, "loss"]))
        raise UnknownMetric(f"search.metric: {path!r} does not fit a {task.kind} task; there are {fitting}")
    return objective_named(path, goal)


def objective_named(metric: str, goal: Goal | None) -> Objective:
    """The objective of a metric that is known to exist; `goal` counts where the metric has none."""
    name = metric.split(".", 1)[1]
    if name == "loss":
        return Objective(metric, "minimize", inf)
    plugin = load("metric", name)
    assert issubclass(plugin, Metric)
    goal = getattr(plugin, "goal", goal)
    assert goal is not None, "a checked pipeline says the goal of a metric that does not"
    return Objective(metric, goal, getattr(plugin, "worst", -inf if goal == "maximize" else inf))
