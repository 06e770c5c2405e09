"""The goal of a metric: its own, or the file's."""

from math import inf

import caviar
import pytest
from caviar.config.declaration.goal import goal_of, worst_of
from caviar.config.declaration.pipeline import Search
from caviar.plugin import Array, Goal, MetricName
from caviar_plugins import RMSE, Accuracy


class Profit(caviar.Metric):
    """Leaves its goal to the file."""

    task = "regression"

    def measure(self, prediction: Array, truth: Array) -> Array:
        total: Array = prediction.sum(axis=(1, 2))
        return total


@pytest.mark.parametrize(
    ("search", "name", "goal", "worst"),
    [
        (Search(), "loss", "minimize", inf),
        (Search(), "accuracy", "maximize", Accuracy.worst),
        (Search(), "rmse", "minimize", RMSE.worst),
        (Search(metric=Profit(), goal="maximize"), "profit", "maximize", -inf),
        (Search(metric=Profit(), goal="minimize"), "profit", "minimize", inf),
    ],
)
def test_the_metric_says_its_goal_and_worst_value_else_the_file_does(
    search: Search, name: str, goal: Goal, worst: float
) -> None:
    metric = MetricName("validation", name)
    assert goal_of(search, metric) == goal
    assert worst_of(search, metric, goal) == worst


def test_a_metric_that_says_no_goal_has_none_without_the_file() -> None:
    assert goal_of(Search(metric=Profit()), MetricName("validation", "profit")) is None
