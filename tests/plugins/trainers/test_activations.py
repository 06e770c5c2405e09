"""`record = ["activations"]`: the numbers are those of NumPy's formulas, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy
import pytest
from caviar.engine.training.variants import compiled, plain
from caviar.plugin import ACTIVATIONS, Array, Population, Trainer, Views
from caviar.testing import TrainerContract
from caviar_plugins import BatchNorm, NoNormalizer, NumPy, PopulationTrainer, ReLU, Tanh
from caviar_plugins.trainers.activations import recorded

from tests.plugins.variants import prepared

EPOCHS = 2


class TestTheRecordingTrainer(TrainerContract):
    trainer: ClassVar[Trainer] = PopulationTrainer(epochs=4, batch_size=16, record=("activations",), keep="best")


def trained(form: Any, record: tuple[str, ...], members: list[int], **given: Any) -> tuple[Any, Any, Any, Any, Any]:
    population, data, context = prepared(form, members, 0, **given)
    trainer = population.parts["trainer"].model_copy(update={"record": record})
    population = replace(population, parts={**population.parts, "trainer": trainer})
    state = trainer.start(population, data, context)
    step = trainer.advance(state, population, data, context, EPOCHS)
    return step.state, step.metrics, population, data, context


def views(state: dict[str, Array], population: Population, context: Any) -> tuple[Views, Views]:
    layouts = population.parts["trainer"]._layouts(population, context)
    return Views(state["parameters"], layouts[0]), Views(state["statistics"], layouts[1])


@pytest.mark.parametrize("form", [plain, compiled])
@pytest.mark.parametrize("normalizer", [BatchNorm(), BatchNorm(place="after-activation"), NoNormalizer()])
def test_the_numbers_are_numpys_of_each_layer(form: Any, normalizer: Any) -> None:
    state, metrics, population, data, context = trained(form, ("activations",), [0, 1, 2], normalizer=normalizer)
    own, running = views(state, population, context)
    x = data.x[data.split.train]
    assert len(x) <= 512, "all of the rows are looked at"
    epsilon = getattr(population.parts["normalizer"], "epsilon", None)

    def normalized(z: Array, layer: str, member: int) -> Array:
        if epsilon is None:
            return z
        mean, variance = (running[f"{layer}.{name}"][member] for name in ("mean", "variance"))
        gamma, beta = (own[f"{layer}.{name}"][member] for name in ("gamma", "beta"))
        found: Array = gamma * (z - mean) / numpy.sqrt(variance + epsilon[member]) + beta
        return found

    for member in range(3):
        told, a = metrics.last(member), x
        for layer in ("layer1", "layer2"):
            z = a @ own[f"{layer}.weight"][member] + (own[f"{layer}.bias"][member] if f"{layer}.bias" in own else 0)
            if normalizer.place == "before-activation":
                before, after = z, normalized(z, layer, member)
                units = a = numpy.maximum(after, 0)
            else:
                units = before = numpy.maximum(z, 0)
                after = a = normalized(units, layer, member)
            expected = {"before.mean": before.mean(), "before.std": before.std()}
            if epsilon is not None:
                expected |= {"after.mean": after.mean(), "after.std": after.std()}
            expected["dead"] = (units.max(axis=0) == units.min(axis=0)).mean()
            for name, value in expected.items():
                assert told[f"{ACTIVATIONS}{layer}.{name}"] == pytest.approx(value, rel=1e-4, abs=1e-5), name
    recorded_names = [name for name in metrics.names if name.startswith(ACTIVATIONS)]
    assert len(recorded_names) == 2 * (3 if epsilon is None else 5)


@pytest.mark.parametrize("form", [plain, compiled])
def test_no_bit_of_a_training_changes(form: Any) -> None:
    with_it, without = (trained(form, record, [0, 1, 2]) for record in (("activations",), ()))
    assert with_it[0].keys() == without[0].keys()
    for name, array in without[0].items():
        assert array.tobytes() == with_it[0][name].tobytes(), name
    assert with_it[1].names[: len(without[1].names)] == without[1].names
    assert with_it[1].values[..., : len(without[1].names)].tobytes() == without[1].values.tobytes()


@pytest.mark.parametrize("form", [plain, compiled])
def test_a_member_has_the_same_numbers_alone_and_among_others(form: Any) -> None:
    rates = tuple(numpy.linspace(0.001, 0.05, 11))
    whole = trained(form, ("activations",), list(range(11)), rates=rates)[1].values
    for member in (0, 9):
        alone = trained(form, ("activations",), [member], rates=rates)[1].values
        assert alone[0].tobytes() == whole[member].tobytes()


@pytest.mark.parametrize("activation", [ReLU(), Tanh()])
def test_units_that_give_the_same_for_every_row_are_dead(activation: Any) -> None:
    given: dict[str, Any] = {"normalizer": NoNormalizer(), "activation": activation}
    state, _, population, data, context = trained(plain, (), [0], **given)
    own, running = views(state, population, context)
    assert own["layer1.bias"].shape[-1] == 8
    own["layer1.weight"][...] = 0.1
    own["layer1.bias"][...] = 0.0
    own["layer1.weight"][..., :2] = 0.0  # nothing of the inputs arrives
    own["layer1.bias"][..., 2:6] = -1000.0  # ReLU gives 0, tanh -1
    found = recorded(own, running, population, data, context)
    assert found[f"{ACTIVATIONS}layer1.dead"].tolist() == [0.75]


class Device(NumPy):
    """A device as far as the trainer is concerned."""

    on_device: ClassVar[bool] = True


class Counting(ReLU):
    """Notes how many members it computes for."""

    counts: ClassVar[list[int]] = []

    def forward(self, z: Array) -> tuple[Array, Any]:
        self.counts.append(len(z))
        return super().forward(z)


@pytest.mark.parametrize(("backend", "counts"), [(NumPy(), [8] * 32 + [1]), (Device(), [256, 1])])
def test_so_many_members_are_looked_at_together(backend: NumPy, counts: list[int]) -> None:
    given: dict[str, Any] = {"units": (2,), "rates": (0.01,) * 257, "activation": Counting()}
    state, _, population, data, context = trained(plain, (), list(range(257)), normalizer=NoNormalizer(), **given)
    Counting.counts.clear()
    recorded(*views(state, population, context), population, data, replace(context, backend=backend))
    assert Counting.counts == counts


def test_many_rows_are_looked_at_in_even_steps() -> None:
    state, _, population, data, context = trained(plain, (), [0], rows=2000, normalizer=NoNormalizer())
    own, running = views(state, population, context)
    chosen = data.split.train[numpy.linspace(0, len(data.split.train) - 1, 512).round().astype(int)]
    z = data.x[chosen] @ own["layer1.weight"][0] + own["layer1.bias"][0]
    found = recorded(own, running, population, data, context)
    assert found[f"{ACTIVATIONS}layer1.before.std"][0] == pytest.approx(z.std(), rel=1e-5)
