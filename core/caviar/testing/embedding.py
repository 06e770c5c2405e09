"""The laws of embeddings."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.embedding import Embedding
from caviar.testing.described import LAYERS, computed
from caviar.testing.samples import samples
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, close, described, slopes, spread
from caviar.values.arrays import Array
from caviar.values.inputs import InputColumn, Inputs
from caviar.values.slot import Layout, Views, lay_out, size_of

MEMBERS, ROWS = 8, 9


class EmbeddingContract(StatedInterface):
    """Set `embedding`; `inputs`, columns that it takes, if it takes no single numbers."""

    kind = "embedding"
    embedding: ClassVar[Embedding]
    inputs: ClassVar[Inputs] = Inputs.of([InputColumn("a", "number"), InputColumn("b", "number", (2,))])

    def placed(self) -> Layout:
        """The slots of one member, placed."""
        return lay_out(self.embedding.layout(self.inputs)[0])

    def rows(self, members: int, dtype: str = "float64") -> Array:
        """A mini-batch that fits the inputs, (members, ROWS, inputs.width)."""
        return numpy.stack([samples(self.inputs, ROWS, seed) for seed in range(members)]).astype(dtype)

    def parameters(self, members: int, dtype: str = "float64") -> Views:
        """Parameters with all values different."""
        layout = self.placed()
        values = numpy.random.default_rng(0).normal(0.2, 0.7, (members, size_of(layout)))
        return Views(values.astype(dtype), layout)

    def test_it_takes_each_column_of_its_inputs(self) -> None:
        assert [column.name for column in self.inputs.columns if not self.embedding.takes(column)] == []

    def test_slots_have_names_of_their_own(self) -> None:
        layout = self.placed()
        assert len({slot.name for slot in layout}) == len(layout)

    def test_gradients_agree_with_finite_differences(self) -> None:
        embedding, parameters, x = bound([self.embedding] * 2), self.parameters(2), self.rows(1)
        output, cache = embedding.forward(parameters, x, self.inputs)
        weights = numpy.random.default_rng(1).normal(0.0, 1.0, output.shape)

        def loss() -> float:
            return float((weights * embedding.forward(parameters, x, self.inputs)[0]).sum())

        gradients = Views(numpy.full_like(parameters.buffer, numpy.nan), parameters.layout)
        embedding.backward(weights.copy(), cache, parameters, gradients)
        close(gradients.buffer, slopes(loss, parameters.buffer))

    def test_its_output_has_the_width_that_its_layout_states(self) -> None:
        _, width = self.embedding.layout(self.inputs)
        for dtype in ("float32", "float64"):
            parameters, x = self.parameters(2, dtype), self.rows(1, dtype)
            output, _ = bound([self.embedding] * 2, dtype).forward(parameters, x, self.inputs)
            assert output.shape == (2, ROWS, width)
            assert output.dtype == numpy.dtype(dtype)

    def test_it_changes_neither_parameters_nor_inputs_nor_gradients_of_its_output(self) -> None:
        embedding, parameters, x = bound([self.embedding] * 2), self.parameters(2), self.rows(1)
        output, cache = embedding.forward(parameters, x, self.inputs)
        gradient = output.copy()
        before = [each.copy() for each in (parameters.buffer, x, gradient)]
        embedding.backward(gradient, cache, parameters, Views(parameters.buffer.copy(), parameters.layout))
        for found, expected in zip((parameters.buffer, x, gradient), before, strict=True):
            numpy.testing.assert_array_equal(found, expected)

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        members = spread(self.embedding, MEMBERS)
        for x in (self.rows(1, "float32"), self.rows(MEMBERS, "float32")):
            together = self._step(members, self.parameters(MEMBERS, "float32"), x)
            for member in range(MEMBERS):
                own = Views(self.parameters(MEMBERS, "float32").buffer[[member]], self.placed())
                alone = self._step([members[member]], own, x[[member]] if len(x) > 1 else x)
                for found, expected in zip(alone, together, strict=True):
                    numpy.testing.assert_array_equal(found[0], expected[member])

    def test_its_description_computes_what_forward_computes(self) -> None:
        embedding, parameters, x = bound([self.embedding]), self.parameters(1), self.rows(1)
        with described():
            operation = embedding.description(parameters, self.inputs)
        expected, _ = embedding.forward(parameters, x, self.inputs)
        numpy.testing.assert_allclose(computed(LAYERS, operation, x[0]), expected[0], rtol=1e-12, atol=1e-12)

    def _step(self, members: list[Embedding], parameters: Views, x: Array) -> tuple[Array, Array]:
        """Output and gradients."""
        embedding = bound(members, "float32")
        gradients = Views(numpy.zeros_like(parameters.buffer), parameters.layout)
        output, cache = embedding.forward(parameters, x, self.inputs)
        embedding.backward(output.copy(), cache, parameters, gradients)
        return output, gradients.buffer
