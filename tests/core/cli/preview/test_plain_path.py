"""`pipe check` says why a pipeline trains in plain array code."""

from __future__ import annotations

from typing import Any

import pytest
from caviar import Pipeline
from caviar.cli.preview.plain_path import plain_path
from caviar.cli.preview.summary import summary
from caviar_plugins import (
    MLP,
    BatchNorm,
    Choice,
    CuPy,
    Digits,
    Int,
    LayerNorm,
    PopulationTrainer,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
)

PLAIN_LINE = "training runs in plain array code: activation sigmoid has no compiled pass"


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, ""),
        ({"model": MLP(activation=Sigmoid())}, PLAIN_LINE),
        ({"model": MLP(activation=Choice((ReLU(), Sigmoid())))}, f"some trials: {PLAIN_LINE}"),
        ({"model": MLP(layers=Int(0, 2))}, "some trials: training runs in plain array code: there is no hidden layer"),
        (
            {"normalizer": Choice((LayerNorm(), BatchNorm()))},
            "some trials: training runs in plain array code: normalizer layernorm has no compiled pass",
        ),
        ({"trainer": PopulationTrainer(loss=SoftmaxCrossEntropy(class_weights="balanced"))}, ""),
        ({"model": MLP(activation=Sigmoid()), "backend": CuPy()}, ""),
    ],
)
def test_the_reason_is_one_line(fields: dict[str, Any], line: str) -> None:
    assert plain_path(Pipeline(data=Digits(), **fields), "classification") == line


def test_losses_have_no_say_in_it() -> None:
    assert plain_path(Pipeline(data=Digits()), "regression") == ""


def test_check_shows_it_below_the_model() -> None:
    lines = summary(Pipeline(data=Digits(), model=MLP(activation=Sigmoid())))
    place = next(place for place, line in enumerate(lines) if line.startswith("model "))
    assert lines[place + 1].strip() == PLAIN_LINE


def test_a_model_of_a_third_party_says_its_own() -> None:
    class Own(MLP):
        def plain_because(self, *parts: Any) -> str | None:
            return "training runs in plain array code: it is Tuesday"

    assert plain_path(Pipeline(data=Digits(), model=Own()), "classification").endswith("it is Tuesday")
