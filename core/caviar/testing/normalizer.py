"""The laws of normalizers."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any, ClassVar

import numpy

from caviar.interfaces.normalizer import Normalizer
from caviar.testing.described import LAYERS, computed
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, close, described, fetched, other_libraries, skip, slopes, spread
from caviar.values.arrays import Array
from caviar.values.slot import Initial, Slot, Views, lay_out, size_of

MEMBERS = 16


class NormalizerContract(StatedInterface):
    """Set `normalizer`, and `units` if it does not accept layers of every width."""

    kind = "normalizer"
    normalizer: ClassVar[Normalizer]
    units: ClassVar[tuple[int, ...]] = (5, 1, 64)
    """Widths of layers that it is tested with; all laws take the first."""

    def parts(self, members: int, dtype: str = "float64", units: int | None = None) -> tuple[Views, Views]:
        """Parameters and statistics, as views that are strided in a larger buffer, with all values different."""
        random, units = numpy.random.default_rng(0), units or self.units[0]
        other = Slot("other", (3, 7), "weight", Initial("constant", 0.0))
        views = []
        for slots in (self.normalizer.slots(units), self.normalizer.statistics(units)):
            layout = lay_out([other, *slots, other])
            views.append(Views(random.uniform(0.5, 1.5, (members, size_of(layout))).astype(dtype), layout))
        return views[0], views[1]

    def rows(self, members: int, rows: int, seed: int = 0, dtype: str = "float64") -> Array:
        """Its input: (members, rows, units)."""
        return _rows(members, rows, self.units[0], seed, dtype)

    def test_gradients_agree_with_finite_differences(self) -> None:
        normalizer = bound([self.normalizer] * 2)
        parameters, statistics = self.parts(2)
        z, weights = self.rows(2, 8), self.rows(2, 8, seed=1)
        running = {name: view.copy() for name, view in statistics.items()}

        def loss() -> float:
            fresh = {name: view.copy() for name, view in running.items()}
            return float((weights * normalizer.forward(z, parameters, fresh, True)[0]).sum())

        _, cache = normalizer.forward(z, parameters, statistics, True)
        gradients = Views(numpy.full_like(parameters.buffer, numpy.nan), parameters.layout)
        close(normalizer.backward(weights.copy(), cache, parameters, gradients), slopes(loss, z))
        for slot in self.normalizer.slots(self.units[0]):
            close(gradients[slot.name], slopes(loss, parameters[slot.name]))

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        members = spread(self.normalizer, MEMBERS)
        for rows, units in zip((129, 2, 64), islice(cycle(self.units), 3), strict=True):
            z = _rows(MEMBERS, rows, units, dtype="float32")
            together = _pass(bound(members, "float32"), z, *self.parts(MEMBERS, "float32", units))
            for member in range(MEMBERS):
                parameters, statistics = (_only(views, member) for views in self.parts(MEMBERS, "float32", units))
                alone = _pass(bound([members[member]], "float32"), z[[member]], parameters, statistics)
                for found, expected in zip(alone, together, strict=True):
                    numpy.testing.assert_array_equal(found[0], expected[member])

    def test_a_constant_in_front_is_cancelled_if_it_says_so(self) -> None:
        if not self.normalizer.cancels_bias:
            skip("it does not say that it cancels a bias")
        normalizer = bound([self.normalizer] * 2)
        z = self.rows(2, 8)
        shifted = z + self.rows(2, 1, seed=2)
        outputs = [normalizer.forward(each, *self.parts(2), True)[0] for each in (z, shifted)]
        numpy.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-9, atol=1e-9)

    def test_its_description_computes_what_prediction_gives(self) -> None:
        normalizer, z, (parameters, statistics) = bound([self.normalizer]), self.rows(1, 8), self.parts(1)
        if normalizer.fold(parameters, statistics) is not None:
            skip("it can be folded, so it needs no description")
        with described():
            operation = normalizer.description(parameters, statistics)
        expected = normalizer.forward(z, parameters, statistics, False)[0][0]
        numpy.testing.assert_allclose(computed(LAYERS, operation, z[0]), expected, rtol=1e-9)

    def test_folding_gives_what_prediction_gives(self) -> None:
        normalizer = bound([self.normalizer] * 2)
        parameters, statistics = self.parts(2)
        folded = normalizer.fold(parameters, statistics)
        if folded is None:
            skip("it cannot be folded")
        z = self.rows(2, 8)
        scale, shift = folded
        expected, _ = normalizer.forward(z, parameters, statistics, False)
        numpy.testing.assert_allclose(scale * z + shift, expected, rtol=1e-9, atol=1e-9)

    def test_prediction_leaves_everything_as_it_was(self) -> None:
        parameters, statistics = self.parts(2)
        kept = [parameters.buffer.copy(), statistics.buffer.copy(), self.rows(2, 8)]
        z = self.rows(2, 8)
        output, _ = bound([self.normalizer] * 2).forward(z, parameters, statistics, False)
        assert output.shape == z.shape
        for found, expected in zip((parameters.buffer, statistics.buffer, z), kept, strict=True):
            numpy.testing.assert_array_equal(found, expected)

    def test_it_keeps_the_dtype(self) -> None:
        for training in (True, False):
            z = self.rows(2, 8, dtype="float32")
            output, _ = bound([self.normalizer] * 2, "float32").forward(z, *self.parts(2, "float32"), training)
            assert output.dtype == numpy.float32

    def test_it_runs_on_another_array_library(self) -> None:
        for xp in other_libraries():
            z = self.rows(2, 8)
            here = _pass(bound([self.normalizer] * 2), z, *self.parts(2))
            parameters, statistics = ({n: xp.asarray(v.copy()) for n, v in views.items()} for views in self.parts(2))
            there = _pass(bound([self.normalizer] * 2, "float64", xp.asarray), xp.asarray(z), parameters, statistics)
            for found, expected in zip(there, here, strict=True):
                numpy.testing.assert_allclose(fetched(found), expected, rtol=1e-12, atol=1e-12)


def _rows(members: int, rows: int, units: int, seed: int = 0, dtype: str = "float64") -> Array:
    return numpy.random.default_rng(seed).normal(0.3, 2.0, (members, rows, units)).astype(dtype)


def _only(views: Views, member: int) -> Views:
    return Views(views.buffer[[member]], views.layout)


def _pass(normalizer: Normalizer, z: Array, parameters: Any, statistics: Any) -> list[Array]:
    """All numbers of one training step and a prediction after it."""
    output, cache = normalizer.forward(z, parameters, statistics, True)
    gradients = {name: 0 * view for name, view in parameters.items()}
    dz = normalizer.backward(output * z, cache, parameters, gradients)
    prediction, _ = normalizer.forward(z, parameters, statistics, False)
    return [output, dz, prediction, *gradients.values(), *statistics.values()]
