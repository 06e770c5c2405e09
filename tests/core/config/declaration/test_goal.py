"""The goal of a metric: the trainer's, the metric's own, or the file's."""

from collections.abc import Mapping
from math import inf

import caviar
import pytest
from caviar import Pipeline
from caviar.config.declaration.goal import goal_of, worst_of
from caviar.config.declaration.pipeline import Search
from caviar.plugin import Array, Goal, MetricName
from caviar_plugins import RMSE, Accuracy, PopulationTrainer


class Profit(caviar.Metric):
    """Leaves its goal to the file."""

    task = "regression"

    def measure(self, prediction: Array, truth: Array) -> Array:
        total: Array = prediction.sum(axis=(1, 2))
        return total


class Declares(PopulationTrainer):
    """Reports metrics of its own, two of them under names that others have."""

    def declared_metrics(self) -> Mapping[str, Goal | None]:
        return {"validation.loss": "maximize", "validation.accuracy": "minimize", "train.score": None}


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
    pipeline, metric = Pipeline(search=search), MetricName("validation", name)
    assert goal_of(pipeline, metric) == goal
    assert worst_of(pipeline, metric, goal) == worst


@pytest.mark.parametrize(
    ("metric", "goal", "worst"),
    [
        ("validation.loss", "maximize", -inf),
        ("validation.accuracy", "minimize", inf),
        ("train.score", "maximize", -inf),  # left to the file
        ("train.loss", "minimize", inf),  # not the trainer's own
    ],
)
def test_what_the_trainer_declares_of_its_own_metric_comes_first(metric: str, goal: Goal, worst: float) -> None:
    pipeline, name = Pipeline(trainer=Declares(), search=Search(goal="maximize")), MetricName.parse(metric)
    assert goal_of(pipeline, name) == goal
    assert worst_of(pipeline, name, goal) == worst


def test_a_metric_that_says_no_goal_has_none_without_the_file() -> None:
    assert goal_of(Pipeline(search=Search(metric=Profit())), MetricName("validation", "profit")) is None
