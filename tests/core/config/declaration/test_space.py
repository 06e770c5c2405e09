"""Samplers of a pipeline as a space, and values back into a pipeline."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar import Mistakes, Pipeline, Search, load
from caviar.config.declaration.dump import changed, to_toml
from caviar.config.declaration.space import floats, parts_of, settle, space_of
from caviar.config.reading.resolved import loads, versions_of
from caviar.engine.training.bind import bind
from caviar.plugin import Tunable, tunable
from caviar_plugins import SGD, CoarseToFine, Memory, RandomSearch, Uniform

FILE = """
data = "digits"
[optimizer]
choice = [
  { use = "adam", learning_rate = { log = [1e-4, 1.0] } },
  { use = "sgd", momentum = { beta = [0.5, 0.99] } },
]
[model]
units = { log-int = [32, 256] }
[schedule]
learning_rate = "constant"
[trainer]
batch_size = { choice = [64, 128] }
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    (tmp_path / "p.toml").write_text(FILE)
    return load(tmp_path / "p.toml")


def test_every_sampler_is_a_dimension_and_options_come_after_their_choice(pipeline: Pipeline) -> None:
    found = [(each.path, each.parent, each.when, each.tier) for each in space_of(pipeline).dimensions]
    assert found == [
        ("model.units", None, None, 2),
        ("optimizer", None, None, None),
        ("optimizer.adam.learning_rate", "optimizer", 0, 1),
        ("optimizer.sgd.momentum", "optimizer", 1, 2),
        ("trainer.batch_size", None, None, 2),
    ]


def test_only_tunable_floats_may_differ_within_a_population(pipeline: Pipeline) -> None:
    assert floats(pipeline) == {"optimizer.adam.learning_rate", "optimizer.sgd.momentum"}


class _Damped(SGD):
    damping: Tunable[float] | None = tunable(default=None, gt=0)


def test_a_number_that_may_be_left_out_is_structural_since_no_array_can_hold_its_absence() -> None:
    pipeline = Pipeline(data=Memory(), optimizer=_Damped(damping=Uniform(0.1, 1.0)))  # type: ignore[arg-type]
    assert [each.path for each in space_of(pipeline).dimensions] == ["optimizer.damping"]
    assert floats(pipeline) == set()
    assert bind([_Damped(damping=0.5)], "float32", lambda array: array).damping == 0.5  # type: ignore[arg-type]


@pytest.mark.parametrize("coordinate", [0.2, 0.8])
def test_a_point_settles_to_a_pipeline_without_samplers(pipeline: Pipeline, coordinate: float) -> None:
    space = space_of(pipeline)
    values = space.values(space.clip(numpy.full((1, len(space)), coordinate))[0])
    settled = settle(pipeline, values)
    assert len(space_of(settled)) == 0
    chosen = values["optimizer"]
    assert chosen == ("adam" if coordinate < 0.5 else "sgd")
    field = {"adam": "learning_rate", "sgd": "momentum"}[chosen]
    assert getattr(settled.optimizer, field) == values[f"optimizer.{chosen}.{field}"]
    assert settled.model.units == values["model.units"]  # type: ignore[attr-defined]
    assert list(parts_of(settled)) == ["model", "normalizer", "optimizer", "schedule.learning_rate", "trainer"]


def test_a_part_that_is_not_searched_is_the_same_object_in_every_settled_pipeline(pipeline: Pipeline) -> None:
    values = space_of(pipeline).values(numpy.full(len(space_of(pipeline)), 0.5))
    settled = settle(pipeline, values)
    assert settled.normalizer is pipeline.normalizer
    assert settled.schedule["learning_rate"] is pipeline.schedule["learning_rate"]
    assert settled.model is not pipeline.model


def test_a_chosen_plugins_name_goes_back_to_its_coordinate(pipeline: Pipeline) -> None:
    point = space_of(pipeline).point({"optimizer": "sgd"})
    assert space_of(pipeline)["optimizer"].sampler.pick(1) == "sgd"
    assert point[1] == 0.75


def test_the_resolved_text_reads_back_as_an_equal_pipeline(pipeline: Pipeline) -> None:
    assert loads(to_toml(pipeline), "resolved") == pipeline
    assert to_toml(loads(to_toml(pipeline), "resolved")) == to_toml(pipeline)


def test_the_resolved_text_says_every_default(pipeline: Pipeline) -> None:
    text = to_toml(pipeline)
    for line in ('backend = "auto"', "validation = 0.2", "epochs = 10", 'strategy = "random"', "seed = 1"):
        assert line in text.splitlines()


def test_what_changed_is_reported_by_path(pipeline: Pipeline, tmp_path: Path) -> None:
    settings = ["seed=2", "search.trials=9", "model.units={ log-int = [32, 64] }", "normalizer=batchnorm"]
    other = load(tmp_path / "p.toml", settings)
    told = changed(to_toml(pipeline), to_toml(other))
    assert set(told) == {"seed", "model.units", "search.trials", "normalizer"}  # a replaced plugin is one change


def test_a_replaced_plugin_of_the_search_is_one_change_and_its_own_key_is_named(pipeline: Pipeline) -> None:
    plain, closer, staged = (
        to_toml(pipeline.model_copy(update={"search": Search(trials=8, strategy=each)}))
        for each in (RandomSearch(), CoarseToFine(), CoarseToFine(shrink=0.7))
    )
    assert changed(plain, closer) == changed(closer, plain) == ["search.strategy"]
    assert changed(closer, staged) == ["search.strategy.shrink"]


def test_a_search_without_samplers_takes_tiers_one_and_two(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\n[search]\n')
    tiers = {each.path: each.tier for each in space_of(load(tmp_path / "p.toml")).dimensions}
    assert set(tiers.values()) == {1, 2}
    assert tiers["optimizer.learning_rate"] == 1


def test_tiers_leave_alone_what_the_file_gives(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\noptimizer.learning_rate = 0.001\nsearch.tiers = [1, 4]\n')
    paths = [each.path for each in space_of(load(tmp_path / "p.toml")).dimensions]
    assert paths == ["optimizer.beta1", "optimizer.beta2", "optimizer.epsilon"]


def test_versions_are_of_what_results_depend_on(pipeline: Pipeline) -> None:
    found = versions_of(pipeline)
    assert {"optimizer.adam", "optimizer.sgd", "sampler.log", "activation.relu"} <= set(found)
    assert not any(name.startswith(("executor.", "reporter.", "store.")) for name in found)


def test_a_list_may_hold_a_sampler_per_layer(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'data = "digits"\nmodel.units = [{ log-int = [32, 128] }, 64, { choice = [8, 16] }]\n[search]\ntrials = 3\n'
    )
    pipeline = load(tmp_path / "p.toml", ["model.units.1={ int = [60, 64] }"])
    assert [each.path for each in space_of(pipeline).dimensions] == ["model.units.0", "model.units.1", "model.units.2"]
    settled = settle(pipeline, {"model.units.0": 50, "model.units.1": 61, "model.units.2": 8})
    assert (settled.model.units, settled.model.layers) == ((50, 61, 8), 3)  # type: ignore[attr-defined]
    assert loads(to_toml(pipeline), "resolved") == pipeline


def test_bounds_hold_for_each_layer(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\nmodel.units = [{ int = [0, 9] }, 64]\n')
    with pytest.raises(Mistakes, match=r"p\.toml:2: model\.units: must be at least 1, not 0"):
        load(tmp_path / "p.toml")
