"""A metric class of a program: searched for like an installed one, measured, kept and gone on with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Metric, Mistakes, Pipeline, Refused, Search
from caviar.plugin import Array
from caviar_plugins import MLP, Accuracy, Adam, Inline, Log, PopulationTrainer

RANDOM = numpy.random.default_rng(0)
X = RANDOM.normal(size=(200, 3))
Y = X @ numpy.asarray([1.0, -2.0, 0.5])


class Within(Metric):
    """The share of rows that are predicted within a tolerance."""

    task = "regression"
    goal = "maximize"
    tolerance: float = 1.0

    def measure(self, prediction: Array, truth: Array) -> Array:
        right: Array = (abs(prediction - truth) < self.tolerance)[..., 0].mean(axis=1)
        return right


class Plain(Metric):
    """A metric without fields."""

    task = "regression"
    goal = "minimize"

    def measure(self, prediction: Array, truth: Array) -> Array:
        worst: Array = abs(prediction - truth).max(axis=(1, 2))
        return worst


def small(metric: Any, **fields: Any) -> Pipeline:
    search = Search(baselines=False, trials=fields.pop("trials", 3), metric=metric, **fields)
    return Pipeline(
        model=MLP(units=8),
        optimizer=Adam(learning_rate=Log(1e-3, 1e-1)),
        trainer=PopulationTrainer(epochs=3),
        search=search,
        executor=Inline(),
        reporter=(),
    )


@pytest.mark.parametrize(("metric", "name"), [(Within(0.5), "validation.within"), (Plain(), "validation.plain")])
def test_it_is_searched_for_and_told_by_its_name(metric: Metric, name: str) -> None:
    study = small(metric).run(X, Y)
    assert study.metric == name
    assert study.best is not None
    pick = max if metric.goal == "maximize" else min
    assert study.best.metrics[name] == pick(trial.metrics[name] for trial in study.trials)
    assert "validation.r2" in study.best.metrics


def test_its_fields_count() -> None:
    narrow, wide = (small(Within(tolerance)).run(X, Y) for tolerance in (0.5, 100.0))
    assert [trial.metrics["validation.within"] for trial in wide.trials] == [1.0] * 3
    assert all(trial.metrics["validation.within"] < 1 for trial in narrow.trials)


def test_conditions_may_name_it() -> None:
    study = small(Within(), where="validation.within > 1").run(X, Y)
    assert study.best is None


def test_a_study_of_it_goes_on_and_one_with_other_fields_is_refused(tmp_path: Path) -> None:
    small(Within(0.5)).run(X, Y, runs=tmp_path)
    study = small(Within(0.5), trials=5).run(X, Y, runs=tmp_path)
    assert len(study.trials) == 5
    with pytest.raises(Refused, match=r"changed: search\.metric\.tolerance"):
        small(Within(0.25), trials=5).run(X, Y, runs=tmp_path)
    text = (tmp_path / "pipeline" / "pipeline.toml").read_text()
    assert 'metric = { use = "within", tolerance = 0.5 }' in text
    small(Plain()).model_copy(update={"name": "plain"}).run(X, Y, runs=tmp_path)
    assert 'metric = { use = "plain" }' in (tmp_path / "plain" / "pipeline.toml").read_text()


def test_a_bundled_metric_is_its_name() -> None:
    assert Search(metric=Accuracy()) == Search(metric="validation.accuracy")


def test_a_class_in_place_of_a_metric_is_told_what_belongs_there() -> None:
    wrong: Any = Within
    with pytest.raises(TypeError, match=r"Search\.metric: must be text or a metric or \"auto\", not"):
        Search(metric=wrong)


def test_a_name_that_an_installed_metric_has_is_reported() -> None:
    class R2(Plain):
        """Somebody else's."""

    with pytest.raises(
        Mistakes, match=r"search\.metric: R2 has the name of caviar-ml .*'s metric 'r2'; give it another"
    ):
        small(R2()).run(X, Y)


def test_a_metric_that_does_not_say_its_goal_takes_the_searchs() -> None:
    class Silent(Metric):
        """Says nothing."""

        task = "regression"

        def measure(self, prediction: Array, truth: Array) -> Array:
            return prediction[:, 0, 0]

    with pytest.raises(Mistakes, match=r"metric 'silent' does not state whether higher is better"):
        small(Silent()).run(X, Y)
    study = small(Silent(), goal="minimize").run(X, Y)
    assert study.best is not None
    assert study.best.metrics["validation.silent"] == min(t.metrics["validation.silent"] for t in study.trials)


def test_one_that_is_for_another_task_is_reported() -> None:
    with pytest.raises(Exception, match=r"'validation.within' does not fit a classification task"):
        small(Within()).run(X, numpy.where(Y > 0, "a", "b"))


def test_what_on_trial_raises_is_a_warning_with_its_place() -> None:
    def complain(trial: Any) -> None:
        raise ValueError("no")

    line = complain.__code__.co_firstlineno + 1
    with pytest.warns(UserWarning, match=rf"on_trial raised ValueError: no at {__file__}:{line}"):
        study = small(None).run(X, Y, on_trial=complain)
    assert len(study.trials) == 3
