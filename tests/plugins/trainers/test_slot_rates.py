"""A slot's own rate: as if it had a learning rate of its own, whatever the optimizer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
from caviar.engine.training.variants import plain
from caviar.plugin import Array, Views, lay_out
from caviar_plugins import MLP, NoNormalizer

from tests.plugins.variants import prepared

SHARE = 0.5


class HalfRate(MLP, interface=2):
    """An MLP whose weights take steps of half the length, biases of the whole one."""

    variants = {}

    def layout(self, *arguments: Any) -> Any:
        slots, statistics = super().layout(*arguments)
        return tuple(replace(slot, rate=SHARE) if slot.role == "weight" else slot for slot in slots), statistics


def moved(optimizer: str, rate: float, model: type[MLP] = MLP) -> dict[str, Array]:
    """How far one step moves each slot of three members, whose learning rates are multiplied by `rate`."""
    population, data, context = prepared(
        plain, [0, 1, 2], 0, optimizer=optimizer, dtype="float64", batch=10**6, normalizer=NoNormalizer()
    )
    parts = dict(population.parts)
    bound = parts["model"]
    parts["model"] = model.model_construct(**{name: getattr(bound, name) for name in type(bound).model_fields})
    parts["optimizer"] = parts["optimizer"].model_copy(
        update={"learning_rate": parts["optimizer"].learning_rate * rate}
    )
    population = replace(population, parts=parts)
    trainer = parts["trainer"]
    state = trainer.start(population, data, context)
    before = state["parameters"].copy()
    after = trainer.advance(state, population, data, context, 1).state["parameters"]
    layout, _ = trainer._layouts(population, context)
    return dict(Views(after - before, lay_out(layout)))


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop"])
def test_weights_of_half_the_rate_move_as_with_half_the_learning_rate_and_biases_as_before(optimizer: str) -> None:
    mixed, whole, half = moved(optimizer, 1.0, HalfRate), moved(optimizer, 1.0), moved(optimizer, SHARE)
    assert {name.rpartition(".")[2] for name in mixed} == {"weight", "bias"}
    for name, step in mixed.items():
        assert numpy.abs(step).max() > 0
        expected = (half if name.endswith("weight") else whole)[name]
        numpy.testing.assert_allclose(step, expected, rtol=1e-9, atol=1e-15, err_msg=name)
