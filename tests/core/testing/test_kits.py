"""The kits: each catches what it is there to catch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import (
    Activation,
    Array,
    History,
    Initial,
    Inputs,
    Layout,
    Model,
    ModelContext,
    Normalizer,
    Random,
    Sampler,
    Slot,
    Space,
    Table,
    TrialState,
    Views,
    namespace,
    setting,
)
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
    StoreContract,
    StrategyContract,
    TransformContract,
)
from caviar_plugins import (
    L2,
    MAE,
    MLP,
    R2,
    SGD,
    BatchNorm,
    CoarseToFine,
    Constant,
    LayerNorm,
    RandomSearch,
    ReLU,
    SoftmaxCrossEntropy,
    Standardize,
    Tanh,
)


class Power(Sampler, interface=1):
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


class StatesNoNumber(SGD):
    """Extends a class of Caviar's, whose number is not its own."""


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


class Overflows(Tanh):
    def forward(self, z: Array) -> tuple[Array, Any]:
        xp = namespace(z)
        up, down = xp.exp(z), xp.exp(-z)
        output = (up - down) / (up + down)
        return output, output

    def backward(self, gradient: Array, cache: Any) -> Array:
        slope: Array = gradient * (1 - cache * cache)
        return slope


class LossOverflows(SoftmaxCrossEntropy):
    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        xp = namespace(output)
        values, cache = super().forward(output, target)
        return values + 0 * xp.exp(output).sum(axis=-1), cache


class NoSlopeWhenSure(SoftmaxCrossEntropy):
    def backward(self, cache: Any) -> Array:
        gradient: Array = super().backward(cache)
        return gradient / namespace(gradient).abs(gradient) * namespace(gradient).abs(gradient)


class NothingForAConstant(R2):
    def measure(self, prediction: Array, truth: Array) -> Array:
        spread: Array = namespace(prediction).std(prediction, axis=(1, 2))
        values: Array = super().measure(prediction, truth) + 0 / spread
        return values


class IgnoresTheGoal(CoarseToFine):
    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        return super().propose(space, replace(history, goal="maximize"), count, random)


class BelievesFailedCurves(CoarseToFine):
    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        seen = replace(history, objectives=numpy.nanmax(history.curves, axis=1, initial=-numpy.inf))
        return super().propose(space, seen, count, random)


class TakesFailedForGood(CoarseToFine):
    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        finished = (TrialState.FINISHED,) * len(history)
        seen = replace(history, objectives=numpy.nan_to_num(history.objectives, nan=0.0), states=finished)
        return super().propose(space, seen, count, random)


class DoublePrecise(SGD):
    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        return {name: array.astype("float64") for name, array in super().init(parameters, layout).items()}


class CountsFlags(Standardize):
    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        changed = super().apply(table, learned)
        columns = {name: each * 1.0 if each.dtype == bool else each for name, each in changed.columns.items()}
        return changed.with_columns(columns)


class FoldsWithoutItsOutputs(MLP):
    def folded(self, *parts: Any) -> Any:
        predict = super().folded(*parts)
        assert predict is not None
        return lambda x: predict(x)[:, ::-1]


class NeedsAnEvenWidth(LayerNorm, interface=1):
    """As group normalization does."""

    def slots(self, units: int) -> tuple[Slot, ...]:
        assert units % 2 == 0, "two groups need an even number of units"
        return super().slots(units)


class TestThatWidthsOfLayersCanBeChosen(NormalizerContract):
    normalizer = NeedsAnEvenWidth()
    units = (6, 2, 64)


class Convolution(Model, interface=2):
    """A filter that slides over the inputs; its weights are not as many rows as there are inputs."""

    activation: Activation = setting(default=ReLU())

    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        wide = inputs.width - 2
        first = Slot("filter", (1, 3), "weight", Initial("normal", 0.5), 1)
        return (first, Slot("output.weight", (wide, outputs), "weight", Initial("normal", 0.5), 2)), ()

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        weights, wide = parameters["filter"], x.shape[2] - 2
        z: Array = sum(weights[:, :, [tap]] * x[:, :, tap : tap + wide] for tap in range(3))  # type: ignore[assignment]
        a, kept = context.activation.forward(z)
        return a @ parameters["output.weight"], (x, a, kept)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        x, a, kept = cache
        gradients["output.weight"][...] = a.swapaxes(1, 2) @ gradient
        dz = context.activation.backward(gradient @ parameters["output.weight"].swapaxes(1, 2), kept)
        for tap in range(3):
            gradients["filter"][:, :, tap] = (dz * x[:, :, tap : tap + dz.shape[2]]).sum(axis=(1, 2))[:, None]


class TestConvolution(ModelContract):
    model = Convolution(activation=Tanh())


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
        (ActivationContract, "activation", Overflows(), "huge_inputs_give_finite_values_and_slopes"),
        (LossContract, "loss", LossOverflows(), "huge_outputs_and_sure_ones_give_finite_losses_and_slopes"),
        (LossContract, "loss", NoSlopeWhenSure(), "huge_outputs_and_sure_ones_give_finite_losses_and_slopes"),
        (MetricContract, "metric", NothingForAConstant(), "a_guess_that_is_the_same_for_every_row_is_measured"),
        (StrategyContract, "strategy", IgnoresTheGoal(), "the_lowest_objective_is_the_highest_of_its_negative"),
        (StrategyContract, "strategy", BelievesFailedCurves(), "the_curve_of_a_failed_trial_does_not_matter"),
        (StrategyContract, "strategy", TakesFailedForGood(), "trials_that_failed_are_not_taken_for_good_ones"),
        (OptimizerContract, "optimizer", DoublePrecise(), "numbers_of_its_state_have_the_dtype_of_the_parameters"),
        (TransformContract, "transform", CountsFlags(), "it_foresees_the_columns_it_leaves"),
        (ScheduleContract, "schedule", BelowZero(), "factors_are_finite_and_never_negative"),
        (RegularizerContract, "regularizer", Overwrites(), "what_it_adds_does_not_depend_on_the_gradients"),
        (TransformContract, "transform", FitsOnWhateverComes(), "a_row_does_not_depend_on_the_rows_beside_it"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, (str, type)) else "",
)
def test_a_faulty_plugin_breaks_the_law(kit: type, attribute: str, plugin: object, law: str) -> None:
    contract = type("Contract", (kit,), {attribute: plugin})()
    with pytest.raises(AssertionError), numpy.errstate(all="ignore"):
        getattr(contract, f"test_{law}")()


def test_a_class_that_states_no_interface_number_breaks_the_law(tmp_path: Path) -> None:
    contract: Any = type("Contract", (OptimizerContract,), {"optimizer": StatesNoNumber()})()
    with pytest.raises(AssertionError, match=r"write class StatesNoNumber\(SGD, interface=1\)"):
        contract.test_its_class_states_the_interface_number_of_this_caviar(tmp_path)


def test_a_model_whose_folded_form_predicts_something_else_breaks_the_law(tmp_path: Path) -> None:
    contract: Any = type("Contract", (ModelContract,), {"model": FoldsWithoutItsOutputs(units=5)})()
    with pytest.raises(AssertionError):
        contract.test_once_trained_it_is_saved_and_predicts_what_its_trainer_predicts(tmp_path)


@pytest.mark.parametrize(
    ("contract", "law", "reason"),
    [
        (type("Contract", (NormalizerContract,), {"normalizer": LayerNorm()}), "folding_gives_what", "be folded"),
        (type("Contract", (NormalizerContract,), {"normalizer": LayerNorm()}), "a_constant_in_front", "cancels a bias"),
    ],
)
def test_a_law_that_has_nothing_to_say_of_a_plugin_is_skipped_with_the_reason(
    contract: type, law: str, reason: str
) -> None:
    (name,) = (each for each in dir(contract) if each.startswith(f"test_{law}"))
    with pytest.raises(pytest.skip.Exception, match=reason):
        getattr(contract(), name)()


@pytest.mark.parametrize("contract", [StoreContract, MetricContract])
def test_a_test_class_that_lacks_its_plugin_is_told_which_attribute_to_set(contract: Any, tmp_path: Path) -> None:
    cls = type("TestMine", (contract,), {})
    told = f"in class TestMine, set `{contract.kind} = …`, the {contract.kind} to be tested"
    with pytest.raises(AttributeError, match=told):
        cls().test_its_class_states_the_interface_number_of_this_caviar(tmp_path)
    assert not hasattr(cls(), "nothing")
