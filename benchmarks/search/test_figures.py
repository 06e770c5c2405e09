"""The figures, and the regret they are drawn of."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy
import pytest

from benchmarks.search.cached import SHARES, by_share, interval, mean
from benchmarks.search.curves import FULL
from benchmarks.search.figures import drawn

SVG = "{http://www.w3.org/2000/svg}"


def test_regret_is_one_until_a_trial_was_trained_to_its_end_and_falls_when_a_better_one_was() -> None:
    epochs = 50 * FULL
    found = by_share({"task": {0: {"steps": [(epochs // 4, 0.5), (epochs // 2, 0.25)]}}})["task"][0]
    assert [found[SHARES < 0.25].min(), found[SHARES == 0.25][0], found[SHARES == 0.5][0]] == [1.0, 0.5, 0.25]


def test_every_task_weighs_the_same_whatever_its_seeds() -> None:
    assert mean({"a": numpy.ones((1, 2)), "b": numpy.zeros((9, 2))}) == pytest.approx(0.5)


def test_the_interval_covers_the_mean_and_shrinks_with_seeds() -> None:
    generator = numpy.random.default_rng(0)
    few, many = ({"a": generator.normal(0.5, 0.1, (seeds, 3))} for seeds in (4, 100))
    for regret in (few, many):
        low, high = interval(regret)
        assert (low < mean(regret)).all()
        assert (mean(regret) < high).all()
    spans = [numpy.subtract(*interval(regret)[::-1]).mean() for regret in (few, many)]
    assert spans[1] < spans[0] / 2


def test_a_figure_names_every_method_and_has_a_band_only_for_several_seeds() -> None:
    regret = {
        "random": {"a": numpy.full((3, 20), 0.5)},
        "coarse-to-fine": {"a": numpy.full((3, 20), 0.02)},
        "optuna-gp": {"a": numpy.full((1, 20), 0.01)},
    }
    page = ElementTree.fromstring(drawn("a & b", "trials", numpy.arange(1, 21), regret))
    said = [each.text for each in page.iter(f"{SVG}text")]
    assert [said.count(name) for name in regret] == [1, 1, 1]
    places = {each.text: float(each.attrib["y"]) for each in page.iter(f"{SVG}text")}
    assert places["random"] < places["coarse-to-fine"] < places["optuna-gp"]
    paths = [each.attrib for each in page.iter(f"{SVG}path")]
    assert sum("fill-opacity" in each for each in paths) == 2
    assert sum("stroke-dasharray" in each for each in paths) == 1
