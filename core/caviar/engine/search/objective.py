"""The objective: the searched metric, its goal, and the value of a diverged trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nan
from typing import TYPE_CHECKING

from caviar.config.declaration.goal import goal_of, worst_of
from caviar.values.condition import Condition
from caviar.values.history import Goal
from caviar.values.metric_name import MetricName
from caviar.values.ranking import ranked
from caviar.values.segment import MemberOutcome
from caviar.values.trial import Trial, TrialState

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class Objective:
    """`metric` is `<part>.<name>`; a winner meets all `conditions`."""

    metric: str
    goal: Goal
    worst: float
    conditions: tuple[Condition, ...] = ()

    def of(self, outcome: MemberOutcome) -> float | None:
        """A trial's objective; None if it has none."""
        if outcome.state is TrialState.DIVERGED:
            return self.worst
        return None if outcome.final is None else outcome.final[self.metric]

    def again(self, outcome: MemberOutcome) -> float | None:
        """A re-test's objective: None if it exceeded its time limit, which is no evidence about the trial.

        Where it failed or diverged, it is so bad that no other training compensates it.
        """
        if outcome.state is TrialState.PRUNED:
            return None
        objective = outcome.final[self.metric] if outcome.final is not None else nan
        return objective if objective == objective else (-inf if self.goal == "maximize" else inf)

    def best(self, trials: tuple[Trial, ...]) -> Trial | None:
        """The winner: the best of the ranked trials that meet all conditions; of equal ones the lower index."""
        return next(self.winners(trials), None)

    def winners(self, trials: tuple[Trial, ...]) -> Iterator[Trial]:
        """The feasible trials, best first."""
        return (trial for trial in ranked(trials, self.goal) if trial.feasible)

    def violation(self, outcome: MemberOutcome) -> float:
        """The distance of a trial from meeting all conditions; infinite if it diverged."""
        if not self.conditions or outcome.state not in (TrialState.FINISHED, TrialState.DIVERGED):
            return 0.0
        return sum(condition.violation(outcome.final or {}) for condition in self.conditions)


def objective_of(pipeline: Pipeline, metric: str) -> Objective:
    """The objective of a search for an existing metric; `search.goal` applies if the metric states none."""
    name = MetricName.parse(metric)
    goal = goal_of(pipeline, name)
    assert goal is not None, "a checked pipeline says the goal of a metric that does not"
    return Objective(metric, goal, worst_of(pipeline, name, goal), pipeline.search.conditions)
