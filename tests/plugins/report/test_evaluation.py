"""What a page has of predictions and layers, against the facts that it was made of."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy
import pytest
from caviar import Problem
from caviar_plugins.report.activations import activations
from caviar_plugins.report.evaluation import evaluation
from caviar_plugins.report.run_data import run_data

from tests.browser.evaluations import layers, numbers, two_classes
from tests.plugins.report.studies import few
from tests.plugins.report.unpacked import unpacked


def test_curves_over_the_threshold_are_those_of_the_facts() -> None:
    facts = two_classes(few())
    assert facts.evaluation is not None
    shown = unpacked(evaluation(facts))["thresholds"]
    assert [*shown] == ["test", "validation"]
    curve, found = facts.evaluation.thresholds["test"], shown["test"]
    assert [*found["metrics"]] == ["precision", "recall", "f1", "accuracy"]
    numpy.testing.assert_allclose(found["thresholds"], curve.thresholds, rtol=1e-8)
    for name, values in {"precision": curve.precision, "recall": curve.recall, "f1": curve.f1, **curve.metrics}.items():
        numpy.testing.assert_allclose(found["metrics"][name], values, rtol=1e-6)
    assert (found["guessed"].tolist(), found["right"].tolist()) == ([*curve.guessed], [*curve.right])


def test_few_predicted_numbers_are_points_and_many_are_cells() -> None:
    few_rows, many = (numbers(few(), rows, ("price", "rent")) for rows in (300, 3000))
    assert few_rows.evaluation is not None
    assert many.evaluation is not None
    shown = unpacked(evaluation(few_rows))["errors"]["test"]["rent"]
    points = few_rows.evaluation.errors["test"]["rent"].points
    numpy.testing.assert_allclose(numpy.stack([shown["true"], shown["predicted"]], axis=1), points, rtol=1e-6)
    assert shown["values"] is None
    shown = unpacked(evaluation(many))["errors"]["test"]["rent"]
    cells = many.evaluation.errors["test"]["rent"].residuals
    assert cells is not None
    assert not len(shown["true"])
    assert shown["residuals"]["counts"].reshape(shown["residuals"]["steps"]).tolist() == [*map(list, cells.counts)]


def test_layers_come_in_order_with_what_was_recorded_of_them() -> None:
    facts = layers(few())
    first = next(iter(facts.activations))
    more = {**facts.activations[first], "layer10.dead": numpy.zeros(12)}
    facts = replace(facts, activations={**facts.activations, first: more})
    shown = unpacked(activations(facts))
    assert [each["trial"] for each in shown] == [*facts.activations]
    assert [each["name"] for each in shown[0]["layers"]] == ["layer1", "layer2", "layer3", "layer10"]
    numpy.testing.assert_allclose(shown[0]["layers"][1]["after.std"], facts.activations[first]["layer2.after.std"])


def test_a_metric_that_is_none_of_a_layers_is_refused_by_name() -> None:
    with pytest.raises(Problem, match=r"cannot draw the metric 'train\.activations\.layer1\.largest'.*before\.mean"):
        activations(replace(few(), activations={0: {"layer1.largest": numpy.zeros(3)}}))


def test_what_is_not_known_is_nothing() -> None:
    shown = run_data(few())
    assert (shown["evaluation"], shown["activations"]) == (None, [])


def test_a_page_of_predictions_is_json_without_nan() -> None:
    json.dumps(run_data(layers(two_classes(few()))), allow_nan=False)
    json.dumps(run_data(numbers(few())), allow_nan=False)
