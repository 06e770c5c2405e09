"""A saved model of several members: their predictions are averaged, and each is written and checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Problem, Search, TrainedModel
from caviar.engine.model.member import ModelMember
from caviar.engine.model.model_file import packed, unpacked
from caviar.engine.model.on_disk import NotAModel, open_model, save_model
from caviar.engine.model.saved import SavedModel
from caviar.plugin import Array, Table, TargetScale
from caviar_plugins import GELU, MLP, Adam, Inline, LayerNorm, PopulationTrainer


class Rows:
    """As little of a data frame as Caviar asks for."""

    def __init__(self, columns: dict[str, Array]) -> None:
        self.columns = columns

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]


def rows(seed: int, count: int = 90) -> tuple[Rows, Array]:
    """Numbers and words whose means and words differ from seed to seed."""
    random = numpy.random.default_rng(seed)
    size = random.normal(seed, 1 + seed, count)
    town = numpy.asarray(["bern", "oslo", f"town {seed}"], dtype=object)[random.integers(0, 3, count)]
    return Rows({"size": size, "town": town}), 1000 * seed + 10 * size + (town == "oslo")


def member(seed: int, regression: bool, **parts: Any) -> TrainedModel:
    """A trained model with transforms, inputs and a target scale of its own."""
    x, y = rows(seed)
    truth = y if regression else numpy.where(x["size"] > seed, "large", "small")
    trainer = PopulationTrainer(epochs=2)
    best = (
        Pipeline(trainer=trainer, executor=Inline(), reporter=(), search=Search(baselines=False), seed=seed, **parts)
        .run(x, truth)
        .best
    )
    assert best is not None
    return best


def answers(model: TrainedModel, x: Rows, regression: bool) -> Array:
    return model.predict(x) if regression else model.probabilities(x)


def joined(path: Path, *models: TrainedModel) -> TrainedModel:
    """One model of the members of these, saved and opened."""
    save_model(SavedModel(tuple(each for model in models for each in model.members), models[0].metrics), path)
    return TrainedModel(models[0].trial, {}, models[0].metrics, open_model(path))


@pytest.mark.parametrize("regression", [True, False])
def test_members_of_other_architectures_transforms_and_scales_predict_their_mean(
    tmp_path: Path, regression: bool
) -> None:
    first = member(1, regression, model=MLP(units=(8, 4)))
    second = member(2, regression, model=MLP(units=6, activation=GELU()), normalizer=LayerNorm(), optimizer=Adam())
    both = joined(tmp_path / "models" / "two.safetensors", first, second)
    x = rows(3, 40)[0]
    alone = [answers(each, x, regression) for each in (first, second)]
    assert not numpy.allclose(alone[0], alone[1])
    expected = ((alone[0].astype(float) + alone[1]) / 2).astype(alone[0].dtype)
    numpy.testing.assert_array_equal(answers(both, x, regression), expected)
    path, often = tmp_path / "models" / "often.safetensors", replace(both.members[1], count=3)
    save_model(SavedModel((both.members[0], often), {}), path)
    expected = ((alone[0].astype(float) + 3 * alone[1].astype(float)) / 4).astype(alone[0].dtype)
    numpy.testing.assert_array_equal(answers(TrainedModel(0, {}, {}, open_model(path)), x, regression), expected)
    inputs = [each.preparation.made for each in both.members]
    assert [column.levels for made in inputs for column in made.columns] == [0, 3, 0, 3]
    assert [each.preparation.task for each in both.members] == [
        each.preparation.task for model in (first, second) for each in model.members
    ]


@pytest.mark.parametrize("regression", [True, False])
def test_a_model_of_one_member_predicts_that_members_bits(tmp_path: Path, regression: bool) -> None:
    alone = member(1, regression)
    opened = joined(tmp_path / "models" / "one.safetensors", alone)
    x = rows(3, 40)[0]
    (only,) = opened.members
    table = only.preparation.inputs(Table(x.columns, ()), only.pipeline.trainer.dtype)
    found = answers(opened, x, regression)
    expected = only.predict_inputs(table)
    assert (found.dtype, found.tobytes()) == (expected.dtype, expected.tobytes())
    assert found.tobytes() == answers(alone, x, regression).tobytes()


def test_what_members_share_is_written_once_and_shared_when_opened(tmp_path: Path) -> None:
    model = member(1, True)
    (only,) = model.members
    changed = ModelMember(7, only.pipeline, only.preparation, {k: 2 * each for k, each in only.weights.items()})
    path = tmp_path / "models" / "two.safetensors"
    save_model(SavedModel((only, changed), {}), path)
    names = unpacked(path.read_bytes())[1]
    assert {name.split(".")[1] for name in names if name.startswith("preparation")} == {"0"}
    opened = open_model(path)
    assert [each.trial for each in opened.members] == [only.trial, 7]
    assert opened.members[0].preparation is opened.members[1].preparation
    again = tmp_path / "models" / "again.safetensors"
    save_model(opened, again)
    assert again.read_bytes() == path.read_bytes()


def test_the_weights_of_several_members_are_asked_of_each(tmp_path: Path) -> None:
    model = member(1, True)
    both = joined(tmp_path / "models" / "two.safetensors", model, model)
    assert model.weights is model.members[0].weights
    with pytest.raises(Problem, match=r"has 2 members, each with its weights: model\.members\[0\]\.weights"):
        _ = both.weights


def test_members_that_predict_something_else_make_no_model() -> None:
    number, word = member(1, True).members, member(1, False).members
    with pytest.raises(ValueError, match="members read other columns, or predict something else"):
        SavedModel((*number, *word), {})
    with pytest.raises(ValueError, match="no members"):
        SavedModel((), {})


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("name", ["weights.layer1.weight", "weights.output.bias"])
@pytest.mark.parametrize("change", ["missing", "short", "flat"])
def test_arrays_that_do_not_fit_are_reported_of_every_member(
    tmp_path: Path, number: int, name: str, change: str
) -> None:
    path = tmp_path / "models" / "two.safetensors"
    joined(path, member(1, True), member(2, True))
    facts, arrays = unpacked(path.read_bytes())
    key = f"member.{number}.{name}"
    array = arrays.pop(key)
    if change != "missing":
        arrays[key] = array[..., :-1] if change == "short" else array.ravel()
    path.write_bytes(packed(facts, arrays))
    with pytest.raises(NotAModel, match=rf"two\.safetensors: member {number}: its parts do not fit together"):
        open_model(path)


def test_members_whose_preparation_is_missing_unused_or_of_other_transforms_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "models" / "two.safetensors"
    joined(path, member(1, True), member(2, True))
    facts, arrays = unpacked(path.read_bytes())
    first, second = facts.members
    for members in ((first,), (first, replace(second, preparation=2)), (first, replace(second, preparation=0)), ()):
        path.write_bytes(packed(replace(facts, members=members), arrays))
        with pytest.raises(NotAModel, match="no members, or their preparations do not match"):
            open_model(path)
    path.write_bytes(packed(replace(facts, members=(first, replace(second, count=0))), arrays))
    with pytest.raises(NotAModel, match=r"members\.1\.count: Input should be greater than or equal to 1"):
        open_model(path)
    scaled = replace(facts.preparations[1], scales=(TargetScale(scale=0.0),))
    path.write_bytes(packed(replace(facts, preparations=(facts.preparations[0], scaled)), arrays))
    with pytest.raises(NotAModel, match="targets and their scale do not match"):
        open_model(path)
