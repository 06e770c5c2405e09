"""The kits: each catches what it is there to catch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import pytest
from caviar import Array, History, Layout, ModelContext, Random, Sampler, Space, Table, Views, namespace
from caviar.testing import (
    ActivationContract,
    LossContract,
    MetricContract,
    ModelContract,
    NormalizerContract,
    OptimizerContract,
    RegularizerContract,
    SamplerContract,
    ScheduleContract,
    StrategyContract,
    TransformContract,
)
from caviar_plugins import (
    L2,
    MAE,
    MLP,
    SGD,
    BatchNorm,
    Constant,
    RandomSearch,
    ReLU,
    SoftmaxCrossEntropy,
    Standardize,
)


class Power(Sampler):
    """The smallest third-party plugin, as the documentation shows it."""

    low: float
    high: float

    def from_unit(self, u: Array) -> Array:
        values: Array = self.low * (self.high / self.low) ** u
        return values

    def to_unit(self, value: Array) -> Array:
        coordinates: Array = numpy.log(value / self.low) / numpy.log(self.high / self.low)
        return coordinates


class TestPower(SamplerContract):
    sampler = Power(0.5, 0.99)


class WrongWayBack(Power):
    def to_unit(self, value: Array) -> Array:
        return (value - self.low) / (self.high - self.low)


class MeanOverMembers(SGD):
    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        parameters -= 0.1 * gradients + 1e-6 * gradients.mean()


class NotInPlace(SGD):
    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        parameters = parameters - self.learning_rate * gradients


class ForgottenMean(BatchNorm):
    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        super().backward(gradient, cache, parameters, gradients)
        dz: Array = parameters["gamma"] * cache[1] * gradient
        return dz


class ForgottenShift(BatchNorm):
    def fold(self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]) -> tuple[Array, Array]:
        scale, _ = super().fold(parameters, statistics)
        return scale, parameters["beta"]


class Leaky(ReLU):
    def forward(self, z: Array) -> tuple[Array, Any]:
        return namespace(z).where(z > 0, z, 0.1 * z), z > 0


class DrawsForTheWholeRound(RandomSearch):
    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        return super().propose(space, history, count, random.child(count))


class FitsOnWhateverComes(Standardize):
    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        return super().apply(table, self.fit(table))


class SumOverRows(SoftmaxCrossEntropy):
    def backward(self, cache: Any) -> Array:
        gradient: Array = super().backward(cache) * cache[0].shape[1]
        return gradient


class MembersMeet(MLP):
    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        output, cache = super().forward(parameters, statistics, x, context)
        return output + 1e-3 * output.mean(), cache


class HalfPrecise(MAE):
    def measure(self, prediction: Array, truth: Array) -> Array:
        values: Array = super().measure(prediction, truth).astype("float32")
        return values


class BelowZero(Constant):
    def factor(self, epoch: Array, epochs: int) -> Array:
        return super().factor(epoch, epochs) - epoch / 10


class Overwrites(L2):
    def add(self, parameters: Array, gradients: Array, layout: Layout) -> None:
        gradients[...] = 0
        super().add(parameters, gradients, layout)


@pytest.mark.parametrize(
    ("kit", "attribute", "plugin", "law"),
    [
        (SamplerContract, "sampler", WrongWayBack(0.5, 0.99), "a_number_survives_the_way_to_its_coordinate_and_back"),
        (OptimizerContract, "optimizer", MeanOverMembers(), "a_member_is_the_same_alone_and_in_a_population"),
        (OptimizerContract, "optimizer", MeanOverMembers(), "survivors_do_not_notice_that_others_left"),
        (OptimizerContract, "optimizer", NotInPlace(), "it_changes_the_buffer_it_was_given"),
        (NormalizerContract, "normalizer", ForgottenMean(), "gradients_agree_with_finite_differences"),
        (NormalizerContract, "normalizer", ForgottenShift(), "folding_gives_what_prediction_gives"),
        (ActivationContract, "activation", Leaky(), "its_gradient_agrees_with_finite_differences"),
        (StrategyContract, "strategy", DrawsForTheWholeRound(), "a_smaller_count_gives_the_first_points_of_a_larger"),
        (LossContract, "loss", SumOverRows(), "its_gradient_is_that_of_the_mean_over_rows"),
        (ModelContract, "model", MembersMeet(units=5), "a_member_is_the_same_alone_and_in_a_population"),
        (MetricContract, "metric", HalfPrecise(), "it_gives_one_float64_per_member"),
        (ScheduleContract, "schedule", BelowZero(), "factors_are_finite_and_never_negative"),
        (RegularizerContract, "regularizer", Overwrites(), "what_it_adds_does_not_depend_on_the_gradients"),
        (TransformContract, "transform", FitsOnWhateverComes(), "a_row_does_not_depend_on_the_rows_beside_it"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, (str, type)) else "",
)
def test_a_faulty_plugin_breaks_the_law(kit: type, attribute: str, plugin: object, law: str) -> None:
    contract = type("Contract", (kit,), {attribute: plugin})()
    with pytest.raises(AssertionError):
        getattr(contract, f"test_{law}")()
