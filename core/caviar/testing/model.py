"""The laws of models."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy

from caviar.config.declaration.pipeline import Pipeline
from caviar.engine.data.resolve import resolve_run
from caviar.engine.model.member import ModelMember
from caviar.engine.model.on_disk import save_model
from caviar.engine.model.saved import SavedModel
from caviar.interfaces.model import Model, ModelContext
from caviar.interfaces.normalizer import Normalizer
from caviar.registry.load import load
from caviar.testing.described import through
from caviar.testing.samples import Samples, samples
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, close, described, slopes, spread
from caviar.values.arrays import Array
from caviar.values.inputs import Inputs
from caviar.values.random import Random, Streams
from caviar.values.segment import Segment
from caviar.values.slot import Layout, Slot, Views, lay_out, size_of

OUTPUTS, ROWS, MEMBERS = 3, 10, 8


class Untouched(Normalizer):
    """The identity, so that a model can be tested without a normalizer."""

    def slots(self, units: int) -> tuple[Slot, ...]:
        return ()

    def statistics(self, units: int) -> tuple[Slot, ...]:
        return ()

    def forward(self, z: Array, parameters: Any, statistics: Any, training: bool) -> tuple[Array, Any]:
        return z, None

    def backward(self, gradient: Array, cache: Any, parameters: Any, gradients: Any) -> Array:
        return gradient

    def fold(self, parameters: Any, statistics: Any) -> tuple[float, float]:
        return 1.0, 0.0


class ModelContract(StatedInterface):
    """Set `model`, a small one; `inputs` if it takes images or named columns; `normalizer` to test it with one."""

    kind = "model"
    model: ClassVar[Model]
    inputs: ClassVar[Inputs] = Inputs.block(6)
    normalizer: ClassVar[Normalizer] = Untouched()

    def layouts(self) -> tuple[Layout, Layout]:
        """Parameters and statistics, placed."""
        parameters, statistics = self.model.layout(self.inputs, OUTPUTS, self.normalizer)
        return lay_out(parameters), lay_out(statistics)

    def rows(self, dtype: str = "float64") -> Array:
        """A mini-batch, (1, ROWS, inputs.width)."""
        return samples(self.inputs, ROWS)[None].astype(dtype)

    def parts(self, members: int, dtype: str = "float64") -> tuple[Views, Views]:
        """Parameters and statistics with all values different."""
        random = numpy.random.default_rng(0)
        parameters, statistics = self.layouts()
        return (
            Views(random.normal(0.2, 0.7, (members, size_of(parameters))).astype(dtype), parameters),
            Views(random.uniform(0.5, 1.5, (members, size_of(statistics))).astype(dtype), statistics),
        )

    def context(self, model: Model, members: list[int], dtype: str, training: bool = True) -> ModelContext:
        """A pass of these members, by index."""
        normalizer = bound([self.normalizer] * len(members), dtype)
        streams = Streams.of(Random(3).child("trial", member) for member in members)
        return ModelContext(training, normalizer, model.activation, streams, inputs=self.inputs)

    def test_slots_have_names_of_their_own(self) -> None:
        for layout in self.layouts():
            assert len({slot.name for slot in layout}) == len(layout)

    def test_gradients_agree_with_finite_differences(self) -> None:
        model = bound([self.model] * 2)
        context = self.context(model, [0, 1], "float64")
        parameters, statistics = self.parts(2)
        running = statistics.buffer.copy()
        x = self.rows()
        weights = numpy.random.default_rng(1).normal(0.0, 1.0, (2, ROWS, OUTPUTS))

        def loss() -> float:
            fresh = Views(running.copy(), statistics.layout)
            return float((weights * model.forward(parameters, fresh, x, context)[0]).sum())

        _, cache = model.forward(parameters, statistics, x, context)
        gradients = Views(numpy.full_like(parameters.buffer, numpy.nan), parameters.layout)
        model.backward(weights.copy(), cache, parameters, gradients, context)
        close(gradients.buffer, slopes(loss, parameters.buffer))

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        members, x = spread(self.model, MEMBERS), self.rows("float32")
        numbers = list(range(MEMBERS))
        together = self._step(members, numbers, *self.parts(MEMBERS, "float32"), x)
        for member in numbers:
            parameters, statistics = (
                Views(views.buffer[[member]], views.layout) for views in self.parts(MEMBERS, "float32")
            )
            alone = self._step([members[member]], [member], parameters, statistics, x)
            for found, expected in zip(alone, together, strict=True):
                numpy.testing.assert_array_equal(found[0], expected[member])

    def test_prediction_changes_nothing(self) -> None:
        model = bound([self.model] * 2)
        parameters, statistics = self.parts(2)
        kept = parameters.buffer.copy(), statistics.buffer.copy()
        x = self.rows()
        context = self.context(model, [0, 1], "float64", training=False)
        output, _ = model.forward(parameters, statistics, x, context)
        assert output.shape == (2, ROWS, OUTPUTS)
        numpy.testing.assert_array_equal(parameters.buffer, kept[0])
        numpy.testing.assert_array_equal(statistics.buffer, kept[1])
        numpy.testing.assert_array_equal(x, self.rows())

    def test_its_description_computes_what_forward_computes(self) -> None:
        model, (parameters, statistics) = bound([self.model]), self.parts(1)
        context = self.context(model, [0], "float64", training=False)
        with described():
            front = model.front_description(parameters, self.inputs)
            layers = model.description(parameters, statistics, context.normalizer)
            a = through((*front, *layers), self.rows()[0])
        expected, _ = model.forward(parameters, statistics, self.rows(), context)
        numpy.testing.assert_allclose(a, expected[0], rtol=1e-9)

    def test_once_trained_it_is_saved_and_predicts_what_its_trainer_predicts(self, tmp_path: Path) -> None:
        """Two steps of the default trainer."""
        population: Any = load("trainer", "population")
        parts: dict[str, Any] = {"model": self.model, "normalizer": self.normalizer}
        parts["trainer"] = population(epochs=1, batch_size=36)
        pipeline = Pipeline(data=Samples.of(self.inputs), reporter=(), **parts)
        work, (preparation,), _ = resolve_run(pipeline)
        segment = Segment((0,), ({},), 0, 1)
        (outcome,) = work.perform(segment, lambda epoch: None, lambda: None).members
        assert outcome.weights is not None, f"{outcome.state}: {outcome.reason}"
        member = ModelMember(0, work.pipeline, preparation, outcome.weights)
        save_model(SavedModel((member,), {}), tmp_path / "models" / "model.safetensors")
        rows, bound_parts = work.datasets[0].x[:7], work.population(segment)
        weights = {name: array[None] for name, array in outcome.weights.items()}
        expected = bound_parts.parts["trainer"].predict(weights, bound_parts, rows, work.context(lambda: None))[0]
        assert expected.shape == (7, OUTPUTS)
        numpy.testing.assert_allclose(member.predict_inputs(rows), expected, rtol=1e-3, atol=1e-5)

    def _step(
        self, members: list[Model], numbers: list[int], parameters: Views, statistics: Views, x: Array
    ) -> list[Array]:
        """All numbers of one training step."""
        model = bound(members, "float32")
        context = self.context(model, numbers, "float32")
        gradients = Views(numpy.zeros_like(parameters.buffer), parameters.layout)
        output, cache = model.forward(parameters, statistics, x, context)
        model.backward(output.copy(), cache, parameters, gradients, context)
        return [output, gradients.buffer, statistics.buffer]
