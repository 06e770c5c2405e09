"""The JSON Schema agrees with what caviar itself takes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from caviar.cli.scaffold.examples import examples
from caviar.config.schema import schema


@pytest.fixture(scope="module")
def validator() -> Any:
    found = schema()
    jsonschema.Draft7Validator.check_schema(found)
    return jsonschema.Draft7Validator(found)


@pytest.mark.parametrize("name", [each for each in examples() if each != "function"])  # which is a program
def test_the_examples_are_valid(validator: Any, name: str) -> None:
    text = (Path(__file__).parents[3] / "pipelines" / f"{name}.toml").read_text()
    assert not list(validator.iter_errors(tomllib.loads(text)))


@pytest.mark.parametrize(
    "line",
    [
        "epochs = 3",
        "optimizer.lr = 1",
        "optimizer.learning_rate = -1",
        'optimizer = "addam"',
        "model.units = { log-int = [3, 4], stp = 2 }",
        "seed = { int = [1, 3] }",
        'trainer.dtype = "half"',
        "search.trials = 1.5",
        'recipe = "cours"',
    ],
)
def test_a_mistake_is_one_here_too(validator: Any, line: str) -> None:
    assert list(validator.iter_errors(tomllib.loads('data = "digits"\n' + line)))


def test_ranges_tiers_and_foreign_words_are_in_it() -> None:
    rate = schema()["definitions"]["optimizer.adam"]["properties"]["learning_rate"]
    assert rate["description"] == "Default 0.001. Searched by { log = [0.0001, 1.0] }. Tier 1."
    assert rate["x-caviar"]["tier"] == 1
    assert "lr" in rate["x-caviar"]["also"]


def test_recipes_are_known_by_name(validator: Any) -> None:
    assert not list(validator.iter_errors(tomllib.loads('data = "digits"\nrecipe = "realmlp"\noptimizer.decay = 0.1')))
