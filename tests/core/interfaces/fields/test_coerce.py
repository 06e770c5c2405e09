"""What programs may give in place of a field's exact value means what the same words mean in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Activation, Pipeline, Search, load
from caviar.config.reading.build import Builder
from caviar.config.reading.document import parse
from caviar.config.reading.locations import Location
from caviar.interfaces.fields.coerce import coerce
from caviar.interfaces.fields.types import FieldType
from caviar_plugins import MLP, Adam, Choice, PopulationTrainer, ReLU, Tanh, Uniform

WORDS = {
    "backend": "numpy",
    "data": "digits",
    "transform": ["standardize", "impute"],
    "normalizer": "batchnorm",
    "optimizer": "sgd",
    "schedule": {"learning_rate": "exponential"},
    "regularizer": ["l2"],
    "executor": "inline",
    "store": "sqlite",
    "reporter": ["progress"],
}
FILE = """
name = "pipeline"
backend = "numpy"
data = "digits"
transform = ["standardize", "impute"]
normalizer = "batchnorm"
optimizer = "sgd"
schedule.learning_rate = "exponential"
regularizer = ["l2"]
executor = "inline"
store = "sqlite"
reporter = ["progress"]
model.activation = "tanh"
trainer.loss = "softmax-cross-entropy"
search = { strategy = "coarse-to-fine", pruner = "hyperband", tiers = [1] }
"""


def test_names_of_plugins_mean_what_they_mean_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(FILE)
    words: dict[str, Any] = {"strategy": "coarse-to-fine", "pruner": "hyperband"}
    parts: dict[str, Any] = {
        "model": MLP(**{"activation": "tanh"}),  # type: ignore[arg-type]
        "trainer": PopulationTrainer(**{"loss": "softmax-cross-entropy"}),  # type: ignore[arg-type]
        "search": Search(tiers=(1,), **words),
    }
    said = Pipeline(**WORDS, **parts)  # type: ignore[arg-type]
    filled = load(tmp_path / "p.toml")
    assert said.model_copy(update={"optimizer": filled.optimizer}) == filled  # a file's tiers are filled in
    assert type(said.optimizer) is type(filled.optimizer)


@pytest.mark.parametrize(
    ("written", "given"),
    [('"relu"', "relu"), ('["relu", "tanh"]', ["relu", "tanh"]), ('"auto"', "auto")],
)
def test_a_field_of_one_or_several_plugins_accepts_either_in_files_and_programs(written: str, given: Any) -> None:
    expected = FieldType((Activation, tuple[Activation, ...], type(None)), tunable=False)
    document = parse(f"which = {written}", "p.toml")
    built = Builder(document).value(expected, document.tree["which"], Location())
    assert built == coerce(expected, given)
    assert isinstance(built, tuple) == isinstance(given, list)


@pytest.mark.parametrize(
    ("value", "plain"),
    [(numpy.int64(20), 20), (numpy.float64(0.5), 0.5), (numpy.bool_(True), True), (numpy.str_("a"), "a")],
)
def test_numpys_scalars_become_pythons(value: Any, plain: object) -> None:
    search = Search(points=({"a.b": value, "c": {"d": [value]}},))
    assert search.points == ({"a.b": plain, "c": {"d": (plain,)}},)
    assert type(search.points[0]["a.b"]) is type(plain)
    assert type(Choice((value, "other")).options[0]) is type(plain)


def test_fields_of_numpys_scalars_are_written_as_numbers() -> None:
    pipeline = Pipeline(
        optimizer=Adam(numpy.float32(0.5), beta1=Uniform(numpy.float64(0.5), 0.9)),  # type: ignore[arg-type]
        model=MLP(units=numpy.int64(3)),  # type: ignore[arg-type]
    )
    text = pipeline.to_toml()
    assert "learning_rate = 0.5\nbeta1 = { uniform = [0.5, 0.9] }" in text
    assert "units = 3\n" in text


def test_a_dict_does_not_say_which_plugin_it_is_for() -> None:
    with pytest.raises(ValueError, match=r"^Pipeline\.trainer: a dict does not say which trainer: give"):
        Pipeline(trainer={"epochs": 2})  # type: ignore[arg-type]


def test_a_choice_of_names_is_one_of_plugins() -> None:
    named = MLP(activation=Choice(["relu", "tanh"]))
    assert named == MLP(activation=Choice([ReLU(), Tanh()]))
    with pytest.raises(ValueError, match=r"unknown activation 'rellu'; did you mean 'relu'"):
        MLP(activation=Choice(["rellu", "tanh"]))
