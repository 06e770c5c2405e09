"""`average`: moving averages of weights and statistics, measured and saved in place of the last ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy
import pytest
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import compiled, plain
from caviar.plugin import Array, Population, Trainer
from caviar.testing import TrainerContract
from caviar_plugins import AdamW, BatchNorm, PopulationTrainer

from tests.plugins.variants import prepared

DECAYS = (0.5, 0.9, 0.999)


class TestTheAveragingTrainer(TrainerContract):
    trainer: ClassVar[Trainer] = PopulationTrainer(epochs=4, batch_size=16, average=0.9, keep="best")

    @property
    def pipeline(self) -> Any:
        return super().pipeline.model_copy(update={"normalizer": BatchNorm(), "optimizer": AdamW(0.01)})


def averaging(
    form: Any, decays: tuple[float, ...] = DECAYS, keep: str = "last", **given: Any
) -> tuple[Population, Any, Any]:
    """Three members with these averages, in float64 so that the sums below can be compared."""
    population, data, context = prepared(form, [0, 1, 2], 0, dtype="float64", **given)
    declared = [PopulationTrainer(average=each) for each in decays]
    average: Any = bind(declared, "float64", lambda array: array).average
    trainer = population.parts["trainer"].model_copy(update={"average": average, "keep": keep})
    return replace(population, parts={**population.parts, "trainer": trainer}), data, context


def steps(population: Population, data: Any, context: Any, epochs: int = 6) -> list[dict[str, Array]]:
    """The states after each of some epochs."""
    trainer = population.parts["trainer"]
    state, seen = trainer.start(population, data, context), []
    for epoch in range(1, epochs + 1):
        state = trainer.advance(state, population, data, context, epoch).state
        seen.append({name: array.copy() for name, array in state.items()})
    return seen


@pytest.mark.parametrize("form", [plain, compiled])
def test_it_is_the_mean_of_all_steps_each_counting_so_much_less_than_the_next(form: Any) -> None:
    seen = steps(*averaging(form, batch=10**6))  # one step in an epoch
    for last in range(len(seen)):
        for member, decay in enumerate(DECAYS):
            shares = decay ** numpy.arange(last, -1, -1)
            for name in ("parameters", "statistics"):
                path = numpy.stack([state[name][member] for state in seen[: last + 1]])
                expected = numpy.average(path, axis=0, weights=shares)
                numpy.testing.assert_allclose(seen[last][f"average.{name}"][member], expected, rtol=1e-10, atol=1e-14)


def test_every_step_of_an_epoch_counts() -> None:
    # An average that took in the last step alone would be equal to it.
    state = steps(*averaging(plain, batch=16), epochs=1)[0]
    assert (state["step"] == 4).all()
    assert (state["average.parameters"] != state["parameters"]).any(axis=1).all()


def test_training_itself_is_not_changed() -> None:
    averaged, others = steps(*averaging(plain))[-1], steps(*averaging(plain, (0.0,) * 3))[-1]
    assert set(averaged) - set(others) == {"average.parameters", "average.statistics"}
    for name in ("parameters", "statistics", "step", "optimizer.m", "optimizer.v"):
        numpy.testing.assert_array_equal(averaged[name], others[name])


@pytest.mark.parametrize("keep", ["last", "best"])
def test_the_averages_are_saved_and_the_metrics_are_theirs(keep: str) -> None:
    population, data, context = averaging(plain, keep=keep)
    trainer, seen, losses = population.parts["trainer"], [], []
    state = trainer.start(population, data, context)
    for epoch in range(1, 7):
        step = trainer.advance(state, population, data, context, epoch)
        seen.append(step.state["average.parameters"].copy())
        losses.append(step.metrics.values[:, -1, step.metrics.names.index("validation.loss")].copy())
    counted = numpy.argmin(losses, axis=0) if keep == "best" else numpy.full(3, 5)
    weights = trainer.finish(step.state, population, data, context).weights
    layout, _ = trainer._layouts(population, context)
    saved = numpy.concatenate([weights[slot.name].reshape(3, -1) for slot in layout], axis=1)
    numpy.testing.assert_array_equal(saved, [seen[epoch][member] for member, epoch in enumerate(counted)])
    rows = data.split.validation
    chances = trainer.predict(weights, population, data.x[rows], context)
    found = -numpy.log(chances[:, numpy.arange(len(rows)), data.y[rows][:, 0]]).mean(axis=1)
    numpy.testing.assert_allclose(found, [losses[epoch][member] for member, epoch in enumerate(counted)], rtol=1e-9)


def test_members_with_averages_are_trained_together_and_apart_from_those_without() -> None:
    trainer, floats = PopulationTrainer(), {"trainer.average"}
    keys = [trainer.fuse_key({"trainer.average": each}, floats) for each in (0.9, 0.99, 0.0)]
    assert keys[0] == keys[1] != keys[2]
