"""`pipe check` says why a pipeline trains in plain array code."""

from __future__ import annotations

from typing import Any

import pytest
from caviar import Pipeline
from caviar.cli.preview.plain_path import plain_path
from caviar.cli.preview.summary import summary
from caviar_plugins import (
    GELU,
    MLP,
    BatchNorm,
    Choice,
    CuPy,
    Digits,
    Int,
    LayerNorm,
    PopulationTrainer,
    ReLU,
    SoftmaxCrossEntropy,
)

GELU_LINE = "training runs in plain array code: activation gelu has no compiled pass"


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, ""),
        ({"model": MLP(activation=GELU())}, GELU_LINE),
        ({"model": MLP(activation=Choice((ReLU(), GELU())))}, f"some trials: {GELU_LINE}"),
        ({"model": MLP(layers=Int(0, 2))}, "some trials: training runs in plain array code: there is no hidden layer"),
        (
            {"normalizer": Choice((LayerNorm(), BatchNorm()))},
            "some trials: training runs in plain array code: normalizer layernorm has no compiled pass",
        ),
        (
            {"trainer": PopulationTrainer(loss=SoftmaxCrossEntropy(class_weights="balanced"))},
            "the loss runs in plain array code, between compiled passes: with class weights it has no compiled form",
        ),
        ({"model": MLP(activation=GELU()), "backend": CuPy()}, ""),
    ],
)
def test_the_reason_is_one_line(fields: dict[str, Any], line: str) -> None:
    assert plain_path(Pipeline(data=Digits(), **fields), "classification") == line


def test_the_loss_of_the_task_counts_where_the_file_names_none() -> None:
    line = "the loss runs in plain array code, between compiled passes: loss squared has no compiled form"
    assert plain_path(Pipeline(data=Digits()), "regression") == line


def test_check_shows_it_below_the_model() -> None:
    lines = summary(Pipeline(data=Digits(), model=MLP(activation=GELU())))
    place = next(place for place, line in enumerate(lines) if line.startswith("model "))
    assert lines[place + 1].strip() == GELU_LINE


def test_a_model_of_a_third_party_says_its_own() -> None:
    class Own(MLP):
        def plain_because(self, *parts: Any) -> str | None:
            return "training runs in plain array code: it is Tuesday"

    assert plain_path(Pipeline(data=Digits(), model=Own()), "classification").endswith("it is Tuesday")
