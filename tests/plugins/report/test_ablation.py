"""The ablation path, against functions whose every value is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy
import pytest
from caviar.plugin import Dimension, RunFacts, Space, Trial, TrialState
from caviar_plugins import Uniform
from caviar_plugins.report.ablation import ablation
from caviar_plugins.reporters.report import Report

from tests.plugins.report.studies import METRIC, few
from tests.plugins.report.unpacked import data_of

pytest.importorskip("scipy.linalg", reason="the model of the ablation needs SciPy")

DEFAULTS = {"a": 0.2, "b": 0.5, "c": 0.5}


def study(function: Callable[[Any], float], trials: int = 120, defaults: dict[str, float] = DEFAULTS) -> RunFacts:
    """Random trials of three hyperparameters between 0 and 1, a larger value is better."""
    space = Space(tuple(Dimension(path, Uniform(0.0, 1.0)) for path in "abc"))
    points = numpy.random.default_rng(3).random((trials, 3))
    told = tuple(
        Trial(
            number,
            number // 16,
            tuple(point.tolist()),
            dict(zip("abc", point.tolist(), strict=True)),
            TrialState.FINISHED,
            2,
            {METRIC: function(point)},
            function(point),
        )
        for number, point in enumerate(points)
    )
    best = max(told, key=lambda trial: trial.objective or 0.0)
    words = dict.fromkeys("abc", "uniform")
    shown = replace(few(), space=space, scales=words, spans=words, goal="maximize")
    return replace(shown, trials=told, best=best, defaults=defaults, curves={}, reached={})


def found(facts: RunFacts) -> Any:
    return ablation(facts, numpy.asarray([trial.point for trial in facts.trials]))


def smooth(point: Any) -> float:
    a, b, c = point
    return float(0.9 - 0.5 * (a - 0.8) ** 2 - 0.2 * (b - 0.2) ** 2 - 0.01 * c + 0.1 * a * b)


def test_the_way_is_the_greedy_one_of_the_true_function() -> None:
    facts = study(smooth)
    shown = found(facts)
    assert facts.best is not None
    here, left, way = [0.2, 0.5, 0.5], {0, 1, 2}, []
    assert shown["start"] == pytest.approx(smooth(here), abs=5e-3)
    while left:
        tries = {place: [*here[:place], facts.best.point[place], *here[place + 1 :]] for place in left}
        place = max(left, key=lambda each: smooth(tries[each]))
        here, left = tries[place], left - {place}
        way.append(("abc"[place], smooth(here)))
    assert [step["path"] for step in shown["steps"]] == [path for path, _ in way]
    for step, (path, true) in zip(shown["steps"], way, strict=True):
        assert step["predicted"] == pytest.approx(true, abs=3e-3)
        assert (step["from"], step["to"]) == (DEFAULTS[path], facts.best.values[path])


def test_its_error_is_small_where_the_function_can_be_learned() -> None:
    shown = found(study(smooth))
    values = numpy.asarray([smooth(trial.point) for trial in study(smooth).trials])
    middle = numpy.median(values)
    ceiling = middle - 3 * (values.max() - middle)  # what is worse counts as this
    assert shown["ceiling"] == pytest.approx(ceiling, abs=1e-5)
    assert shown["spread"] == pytest.approx(numpy.maximum(values, ceiling).std(), rel=0.02)
    assert shown["error"] < 0.05 * shown["spread"]


def test_its_error_is_that_of_knowing_nothing_where_there_is_nothing_to_learn() -> None:
    noise = iter(numpy.random.default_rng(5).random(10_000))
    facts = study(lambda point: float(next(noise)))
    trials = tuple(replace(each, metrics={METRIC: each.objective or 0.0}) for each in facts.trials)
    shown = found(replace(facts, trials=trials))
    assert 0.9 < shown["error"] / shown["spread"] < 1.5


def test_pruned_trials_count_by_how_far_they_came() -> None:
    """Half of the trials are stopped after an epoch, where all are worse by the same amount."""
    facts = study(smooth)
    curves = {each.index: numpy.asarray([smooth(each.point) - 0.3, smooth(each.point)]) for each in facts.trials}
    stopped = {
        each.index: smooth(each.point) - 0.3 for each in facts.trials if each.index % 2 and each is not facts.best
    }
    trials = tuple(
        replace(each, state=TrialState.PRUNED, epochs=1, objective=None, metrics={}) if each.index in stopped else each
        for each in facts.trials
    )
    curves |= {trial: curves[trial][:1] for trial in stopped}
    shown = found(replace(facts, trials=trials, curves=curves, reached=stopped))
    assert shown["start"] == pytest.approx(smooth([0.2, 0.5, 0.5]), abs=0.01)
    assert shown["steps"][0]["path"] == "a"


def test_less_is_better_where_the_metric_is_minimized() -> None:
    facts = study(lambda point: -smooth(point))
    best = min(facts.trials, key=lambda trial: trial.objective or 0.0)
    shown = found(replace(facts, goal="minimize", best=best))
    assert shown["steps"][-1]["predicted"] == pytest.approx(-smooth(best.point), abs=3e-3)
    assert shown["steps"][-1]["predicted"] < shown["start"]


def test_what_has_no_default_stands_at_the_bests_value_from_the_start() -> None:
    facts = study(smooth, defaults={"a": 0.2, "b": 0.5})
    shown = found(facts)
    assert facts.best is not None
    assert shown["kept"] == ["c"]
    assert {step["path"] for step in shown["steps"]} == {"a", "b"}
    assert shown["start"] == pytest.approx(smooth([0.2, 0.5, facts.best.point[2]]), abs=3e-3)


@pytest.mark.parametrize("facts", [study(smooth, trials=15), study(lambda point: 0.5), study(smooth, defaults={})])
def test_there_is_none_where_nothing_can_be_said(facts: RunFacts) -> None:
    assert found(facts) is None


def outside(trial: Trial) -> Trial:
    return replace(trial, point=(math.nan,) * len(trial.point))


def test_trials_outside_the_ranges_change_nothing() -> None:
    facts = study(smooth)
    strange = tuple(replace(outside(each), index=each.index + 120, objective=0.8) for each in facts.trials[:40])
    assert found(replace(facts, trials=(*facts.trials, *strange))) == found(facts)


def test_there_is_none_where_the_best_lies_outside_the_ranges_or_few_lie_inside() -> None:
    facts = study(smooth)
    assert facts.best is not None
    assert found(replace(facts, best=outside(facts.best))) is None
    assert found(replace(facts, trials=(*facts.trials[:15], *map(outside, facts.trials[15:])))) is None


def test_only_pages_that_show_it_have_one() -> None:
    facts = study(smooth)

    def has(page: str) -> list[bool]:
        return [run["ablation"] is not None for run in data_of(page)["runs"]]

    assert has(Report.page([facts])) == [True]
    assert has(Report.page([facts], figure="ablation")) == [True]
    assert has(Report.page([facts], figure="history")) == [False]
    assert has(Report.page([facts], reload=5.0)) == [False], "while the run goes on it would cost too much"
    assert has(Report.page([facts, replace(facts, name="other")])) == [False, False]


def test_there_is_none_before_a_trial_has_won() -> None:
    assert found(replace(study(smooth), best=None)) is None
