"""Mistakes in programs: one sentence a field, all at once, as both of Python's errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Mistakes, Pipeline, Sampler, Search, load
from caviar_plugins import L2, MLP, Adam, Choice, Log, PopulationTrainer

Call = Callable[[], object]


def told(call: Call) -> str:
    with pytest.raises(ValueError, match=r"must|missing|unknown") as caught:
        call()
    assert isinstance(caught.value, TypeError)
    return str(caught.value)


def wrong(cls: Callable[..., object], *values: Any, **fields: Any) -> Call:
    return lambda: cls(*values, **fields)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (wrong(Adam, -1), "Adam.learning_rate: must be above 0, not -1"),
        (wrong(Adam, [0.1, 1]), "Adam.learning_rate: must be a number, not [0.1, 1]; a range is written Log(0.1, 1)"),
        (wrong(Adam, [1, 0.1]), "Adam.learning_rate: must be a number, not [1, 0.1]; a range is written Log(0.1, 1)"),
        (wrong(Adam, beta1=Log(0.5, 2)), "Adam.beta1: must be below 1, not 2"),
        (wrong(MLP, layers=Choice((8, 0.5))), "MLP.layers: must be a whole number, but 'Choice' can give 0.5"),
        (wrong(Log, 1), "Log.high: missing; it has no default"),
        (wrong(Log, 2, 1), "Log: low must be below high, not 2 and 1"),
        (wrong(Search, trial_seconds="60"), 'Search.trial_seconds: must be a number, not "60"'),
        (wrong(Search, points={"model.units": 8}), "Search.points: must be a list of tables, not a table"),
        (wrong(Search, where="loss"), 'Search.where: must be <metric> < <number>, or with <=, > or >=, not "loss"'),
        (wrong(Search, trials=numpy.arange(3)), "Search.trials: must be a whole number, not [0 1 2]"),
        (wrong(Search, strategy="stagged"), "Search.strategy: unknown strategy 'stagged'; did you mean 'staged'?"),
        (wrong(PopulationTrainer, loss="mse"), "PopulationTrainer.loss: unknown loss 'mse'; did you mean 'squared'?"),
        (wrong(Pipeline, regularizer=L2()), "Pipeline.regularizer: must be a list of regularizers, not a regularizer"),
    ],
)
def test_a_mistake_is_one_sentence(call: Call, sentence: str) -> None:
    assert told(call) == sentence


def test_all_mistakes_of_an_object_are_reported_at_once() -> None:
    assert told(wrong(Adam, "fast", beta1=2, lr=1)).splitlines() == [
        'Adam.learning_rate: must be a number, not "fast"',
        "Adam.beta1: must be below 1, not 2",
        "Adam.lr: there is no such field; did you mean 'learning_rate'?",
    ]


def test_a_field_given_twice_is_reported() -> None:
    with pytest.raises(TypeError, match=r"^Adam\.learning_rate: given twice, by position and by name$"):
        wrong(Adam, 0.1, learning_rate=0.2)()


@pytest.mark.parametrize(("written", "value"), [("-1.0", -1.0), ('"fast"', "fast"), ("true", True)])
def test_programs_and_files_are_told_the_same(tmp_path: Path, written: str, value: object) -> None:
    (tmp_path / "p.toml").write_text(f'data = "digits"\noptimizer.learning_rate = {written}\n')
    with pytest.raises(Mistakes) as caught:
        load(tmp_path / "p.toml")
    assert str(caught.value).partition("optimizer.")[2] == told(wrong(Adam, value)).partition("Adam.")[2]


def without_a_type() -> object:
    class Power(Sampler):
        low = 3.0

    return Power


def of_a_type_that_is_nowhere() -> object:
    class Power(Sampler):
        low: Nowhere  # type: ignore[name-defined]  # noqa: F821

        def from_unit(self, u: Any) -> Any: ...
        def to_unit(self, value: Any) -> Any: ...

    return Power(1)


def test_a_field_without_a_type_is_reported_in_our_words() -> None:
    with pytest.raises(TypeError) as caught:
        without_a_type()
    assert str(caught.value) == (
        "Power.low has no type; write `low: float = …` for a field, "
        "or `low: ClassVar[float] = …` for what all objects share"
    )


def test_a_field_of_an_unknown_type_is_reported_in_our_words() -> None:
    with pytest.raises(TypeError) as caught:
        of_a_type_that_is_nowhere()
    assert str(caught.value) == "Power has a field of type Nowhere, which is not defined where the class is"


@pytest.mark.parametrize("name", ["beta1", "m"])
def test_what_is_set_on_a_plugin_is_reported_in_our_words(name: str) -> None:
    with pytest.raises(AttributeError, match=rf"^Adam\.{name} cannot be set: plugins are immutable; .*the state"):
        setattr(Adam(), name, 0)
