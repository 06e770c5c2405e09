"""Schedules of the model's, the optimizer's and a regularizer's fields, in plain and in compiled parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy
import pytest
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import VariantChoice, compiled, plain
from caviar.plugin import Array, Population, Schedule
from caviar_plugins import Exponential, NoNormalizer

from tests.plugins.variants import prepared

SETTINGS: dict[str, Any] = {"optimizer": "adamw", "dropout": 0.4, "normalizer": NoNormalizer()}
FIELDS = {"dropout": "model", "decay": "optimizer", "strength": "regularizer.l2"}
# Halves are exact, so that a scheduled number and one that is half as large are the same.


class HalfByStep(Schedule, interface=1):
    """Half of the field, in every step anew."""

    each_step: ClassVar[bool] = True

    def factor(self, epoch: Array, epochs: int) -> Array:
        return numpy.full_like(epoch, 0.5)


class LastStep(Schedule, interface=1):
    """The field in the first step of each epoch, and nothing of it in the others."""

    each_step: ClassVar[bool] = True

    def factor(self, epoch: Array, epochs: int) -> Array:
        whole: Array = (epoch == numpy.floor(epoch)).astype(epoch.dtype)
        return whole


def scheduled(population: Population, fields: Mapping[str, Schedule]) -> Population:
    extra = {
        f"schedule.{name}": bind([each] * len(population), "float32", lambda array: array)
        for name, each in fields.items()
    }
    return replace(population, parts={**population.parts, **extra})


def times(population: Population, field: str, factor: float) -> Population:
    part = population.parts[FIELDS[field]]
    changed = part.model_copy(update={field: getattr(part, field) * numpy.float32(factor)})
    return replace(population, parts={**population.parts, FIELDS[field]: changed})


def ended(population: Population, data: Any, context: Any, until: int = 2, state: Any = None) -> dict[str, Array]:
    trainer = population.parts["trainer"]
    state = state or trainer.start(population, data, context)
    step = trainer.advance({name: array.copy() for name, array in state.items()}, population, data, context, until)
    found: dict[str, Array] = step.state
    return found


def assert_same(found: dict[str, Array], expected: dict[str, Array]) -> None:
    for name, array in expected.items():
        numpy.testing.assert_array_equal(found[name], array, err_msg=name)


@pytest.mark.parametrize("form", [plain, compiled])
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_halved_in_every_step_is_a_field_of_half_the_size(field: str, form: VariantChoice) -> None:
    population, data, context = prepared(form, [0, 1, 2], 0, **SETTINGS)
    halved = ended(scheduled(population, {field: HalfByStep()}), data, context)
    assert_same(halved, ended(times(population, field, 0.5), data, context))
    assert (halved["parameters"] != ended(population, data, context)["parameters"]).any()


@pytest.mark.parametrize("form", [plain, compiled])
@pytest.mark.parametrize("field", FIELDS)
def test_the_second_epoch_is_trained_with_the_second_factor(field: str, form: VariantChoice) -> None:
    population, data, context = prepared(form, [0, 1, 2], 0, **SETTINGS)
    first = ended(population, data, context, until=1)
    second = ended(times(population, field, 0.5), data, context, state=first)
    assert_same(ended(scheduled(population, {field: Exponential(0.5)}), data, context), second)


@pytest.mark.parametrize("form", [plain, compiled])
def test_dropout_that_ends_within_an_epoch_leaves_the_later_steps_whole(form: VariantChoice) -> None:
    population, data, context = prepared(form, [0, 1, 2], 0, **SETTINGS, batch=50)  # two steps
    begun, whole = scheduled(population, {"dropout": LastStep()}), times(population, "dropout", 0.0)
    assert (ended(begun, data, context)["parameters"] != ended(whole, data, context)["parameters"]).any()
    assert (ended(begun, data, context)["parameters"] != ended(population, data, context)["parameters"]).any()


def test_a_part_without_the_scheduled_field_is_trained_as_without_the_schedule() -> None:
    population, data, context = prepared(plain, [0, 1], 0, **SETTINGS | {"optimizer": "adam"})
    assert_same(ended(scheduled(population, {"decay": HalfByStep()}), data, context), ended(population, data, context))
