"""Starting from earlier runs of another space: which of their trials are used, and where they lie here."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy
import pytest
from caviar import Pipeline, load
from caviar.engine.study import run
from caviar.engine.warm_start.transfer import NotTransferable, transfer
from caviar_plugins import MLP, LogInt

from tests.core.engine.warm_start.warm import PIPELINE, earlier, first, note, started, trials  # noqa: F401

WIDER = PIPELINE.replace("[1e-3, 1.0]", "[1e-4, 1.0]").replace("[4, 9]", "[2, 12]")
NARROWER = PIPELINE.replace("[1e-3, 1.0]", "[1e-2, 1.0]")
MORE = PIPELINE.replace("[model]", "[model]\ndropout = { uniform = [0.0, 0.5] }")
FIXED = PIPELINE.replace("{ int = [4, 9] }", "6")
CHOICE = PIPELINE.replace(
    "[optimizer]\nlearning_rate = { log = [1e-3, 1.0] }",
    '[optimizer]\nchoice = ["sgd", { use = "adam", learning_rate = { log = [1e-3, 1.0] } }]',
)
LONGER = PIPELINE.replace("epochs = 2", "epochs = 3")
SCALE = PIPELINE.replace("{ log = [1e-3, 1.0] }", "{ uniform = [1e-3, 1.0] }")


@pytest.fixture
def file(first: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A copy of that folder."""
    shutil.copytree(first, tmp_path / "copy")
    return tmp_path / "copy" / "p.toml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WIDER, ["12 of 12 trials fit", "model.units is wider", "optimizer.learning_rate is wider"]),
        (NARROWER, [" outside optimizer.learning_rate)", "optimizer.learning_rate is narrower"]),
        (MORE, ["12 of 12 trials fit", "model.dropout is new (there 0)"]),
        (FIXED, [" with another model.units)", "model.units is no longer searched"]),
        (CHOICE, ["12 of 12 trials fit", 'optimizer is new (there "adam")']),
        (LONGER, ["12 of 12 trials fit", "trainer.epochs was 2 there"]),
        (SCALE, ["12 of 12 trials fit", "optimizer.learning_rate is on another scale"]),
    ],
    ids=["wider", "narrower", "more", "fixed", "choice", "longer", "scale"],
)
def test_a_space_that_changed_is_reported(file: Path, text: str, said: list[str]) -> None:
    line = note(started(file, "search.trials=1", text=text))
    for each in said:
        assert each in line
    assert int(line.split()[0]) == len(earlier(file))


def test_only_trials_inside_a_narrower_range_are_used_at_the_place_they_have_there(file: Path) -> None:
    started(file, "search.trials=1", text=NARROWER)
    inside = [each for each in trials(file, "first") if each.values["optimizer.learning_rate"] >= 1e-2]
    found = earlier(file)
    assert [each.trial.index for each in found] == [each.index for each in inside]
    assert 0 < len(found) < 12
    for each in found:
        rate = each.trial.values["optimizer.learning_rate"]
        assert each.trial.point[1] == pytest.approx(numpy.log(rate / 1e-2) / numpy.log(1e2))


def test_a_fixed_value_keeps_the_trials_that_had_it(file: Path) -> None:
    started(file, "search.trials=1", text=FIXED)
    same = [each.index for each in trials(file, "first") if each.values["model.units"] == 6]
    assert [each.trial.index for each in earlier(file)] == same


def test_one_size_for_all_layers_is_unlike_searched_sizes_of_each() -> None:
    there = Pipeline(model=MLP(units=(LogInt(4, 8), LogInt(4, 8))))
    with pytest.raises(NotTransferable, match=r"with another model\.units"):
        transfer(Pipeline(model=MLP(units=6)), there, {"model.units.0": 4, "model.units.1": 8})


def test_a_trial_keeps_its_place_when_its_optimizer_becomes_one_of_several_and_back(file: Path) -> None:
    started(file, text=CHOICE)
    for theirs, ours in zip(trials(file, "first"), earlier(file), strict=True):
        assert int(ours.trial.point[0] * 6) == int(theirs.point[0] * 6)  # of six levels
        assert ours.trial.point[1] == 0.75  # the second of two options
        assert ours.trial.point[2] == pytest.approx(theirs.point[1])
    back = PIPELINE.replace('name = "first"', 'name = "back"').replace(
        "[search]", f'[search]\nstrategy = "coarse-to-fine"\nstart_from = "{file.parent / "runs" / "next"}"'
    )
    file.write_text(back)
    line = note(run(load(file), file.parent / "runs"))
    adams = [each for each in trials(file, "next") if each.values["optimizer"] == "adam"]
    assert f"{len(adams)} of 12 trials fit ({12 - len(adams)} with another optimizer)" in line
    found = [each.trial.values["optimizer.adam.learning_rate"] for each in earlier(file, "back")]
    assert found == [each.values["optimizer.adam.learning_rate"] for each in adams]


def test_an_option_that_is_gone_takes_its_trials_with_it(file: Path) -> None:
    three = PIPELINE.replace("batch_size = 32", "batch_size = { choice = [16, 32, 64] }").replace("first", "of-three")
    file.write_text(three)
    run(load(file), file.parent / "runs")
    two = three.replace("[16, 32, 64]", "[16, 64]").replace("of-three", "of-two")
    source = f'strategy = "coarse-to-fine"\nstart_from = "{file.parent / "runs" / "of-three"}"'
    file.write_text(two.replace("[search]", f"[search]\n{source}"))
    line = note(run(load(file, ["search.trials=1"]), file.parent / "runs"))
    gone = sum(each.values["trainer.batch_size"] == 32 for each in trials(file, "of-three"))
    assert 0 < gone < 12
    assert f"({gone} with another trainer.batch_size); trainer.batch_size has other options" in line
