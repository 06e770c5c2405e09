"""Given points are tried first, with the very values given."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar import Mistakes, Pipeline, Search, load
from caviar.engine.resume.check import Refused
from caviar.engine.study import Run, run
from caviar.engine.warm_start.given_points import NoSuchPoint
from caviar_plugins import MLP, Adam, Grid, Inline, Log, LogInt, PopulationTrainer, Uniform

from tests.core.engine.search.rungs import bits, differences

X = numpy.random.default_rng(0).normal(size=(60, 3))
Y = X.sum(axis=1)
RATE, UNITS = "optimizer.learning_rate", "model.units"

PIPELINE = """
name = "p"
reporter = []
executor = "inline"
[data]
path = "rows.npz"
[model]
units = { int = [4, 40], step = 4 }
dropout = { uniform = [0.1, 0.5] }
[optimizer]
choice = ["sgd", { use = "adam", learning_rate = { log = [1e-3, 1.0] }, beta2 = { beta = [0.9, 0.99] } }]
[trainer]
epochs = 1
[search]
baselines = false
trials = 8
round = 4
"""
POINTS = """
[[search.points]]
model.units = 20
optimizer.adam.learning_rate = 0.01

[[search.points]]
optimizer = "sgd"
"model.dropout" = 0.3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    numpy.savez(tmp_path / "rows.npz", X=X, y=Y)
    (tmp_path / "p.toml").write_text(PIPELINE + POINTS)
    return tmp_path / "p.toml"


def search(file: Path, into: str, *settings: str) -> Run:
    return run(load(file, settings), file.parent / into)


def test_points_are_the_first_trials_and_the_rest_is_the_strategys(file: Path) -> None:
    trials = search(file, "runs").summary.trials
    assert len(trials) == 8
    assert trials[0].values["model.units"] == 20
    assert trials[0].values["optimizer"] == "adam"  # meant by naming what is adam's
    assert trials[0].values["optimizer.adam.learning_rate"] == 0.01  # to the last digit
    assert trials[1].values["optimizer"] == "sgd"
    assert trials[1].values["model.dropout"] == 0.3
    assert len(trials[1].values) == 3
    file.write_text(PIPELINE)
    free = search(file, "free").summary.trials
    assert [each.point for each in trials[2:]] == [each.point for each in free[:6]]


def test_what_a_point_leaves_open_stands_at_its_default_or_is_drawn(file: Path) -> None:
    first, second, *_ = search(file, "runs").summary.trials
    assert second.values["model.units"] == 64 or 4 <= second.values["model.units"] <= 40
    assert 0.1 <= first.values["model.dropout"] <= 0.5  # the default, 0, lies outside the range
    assert 0.9 <= first.values["optimizer.adam.beta2"] <= 0.99  # and so does 0.999
    file.write_text((PIPELINE + POINTS).replace("[0.9, 0.99]", "[0.9, 0.9999]").replace("[4, 40]", "[4, 80]"))
    first, second, *_ = search(file, "wider").summary.trials
    assert first.values["optimizer.adam.beta2"] == 0.999
    assert second.values["model.units"] == 64


def test_rounds_of_any_size_hold_the_same_trials(file: Path) -> None:
    small, large = (search(file, f"by{size}", f"search.round={size}") for size in (1, 8))
    assert not differences(bits(small.info.folder), bits(large.info.folder))


def test_a_search_of_points_alone_is_extended_like_any_other(file: Path) -> None:
    whole = search(file, "whole")
    for trials in (2, 3, 8):
        grown = search(file, "grown", f"search.trials={trials}")
    assert not differences(bits(grown.info.folder), bits(whole.info.folder))


def test_other_points_are_another_study(file: Path) -> None:
    search(file, "runs", "search.trials=2")
    file.write_text(PIPELINE + POINTS + "\n[[search.points]]\nmodel.units = 8\n")
    with pytest.raises(Refused, match=r"changed: search\.points"):
        search(file, "runs")


def test_a_grid_is_whole_behind_the_points(file: Path) -> None:
    file.write_text(PIPELINE + POINTS)
    settings = ["search.strategy=grid", "search.trials=1000", "search.round=50", "model.dropout=0.2"]
    file.write_text((PIPELINE + POINTS).replace('"model.dropout" = 0.3\n', ""))
    trials = search(file, "grid", *settings).summary.trials
    assert len(trials) == 2 + 3 * (9 + 1)  # three widths; three rates times three averages, or none


def test_in_python_paths_are_keys() -> None:
    pipeline = Pipeline(
        model=MLP(units=LogInt(4, 32)),
        optimizer=Adam(learning_rate=Log(1e-4, 1.0)),
        trainer=PopulationTrainer(epochs=1),
        search=Search(baselines=False, strategy=Grid(2), trials=2, points=[{UNITS: 7, RATE: 0.02}]),
        executor=Inline(),
        reporter=(),
    )
    first = pipeline.run(X, Y).trials[0]
    assert first.values == {UNITS: 7, RATE: 0.02}
    nested = pipeline.model_copy(
        update={
            "search": Search(
                baselines=False, trials=1, points=({"model": {"units": 7}, "optimizer": {"learning_rate": 0.02}},)
            )
        }
    )
    assert nested.run(X, Y).trials[0].values == first.values
    wrong = pipeline.model_copy(update={"search": Search(baselines=False, points=({RATE: 3.0},))})
    with pytest.raises(Mistakes, match=r"search\.points\.0\.optimizer\.learning_rate: 3 is outside its range"):
        wrong.run(X, Y)


def test_a_value_between_two_steps_is_refused_naming_the_nearest(file: Path) -> None:
    file.write_text(PIPELINE + "\n[[search.points]]\nmodel.units = 21\n")
    with pytest.raises(NoSuchPoint, match=r"search\.points\.0: model\.units = 21 lies between .* nearest value is 20"):
        search(file, "runs")


def test_a_point_in_steps_of_fractions_is_the_value_given() -> None:
    pipeline = Pipeline(
        model=MLP(units=4, dropout=Uniform(0.0, 0.5, 0.1)),
        trainer=PopulationTrainer(epochs=1),
        search=Search(baselines=False, trials=1, points=({"model.dropout": 0.3},)),
        executor=Inline(),
        reporter=(),
    )
    assert pipeline.run(X, Y).trials[0].values == {"model.dropout": 0.3}
