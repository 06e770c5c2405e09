"""The laws of activations."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.activation import Activation
from caviar.testing.described import LAYERS, computed
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, close, described, fetched, other_libraries, slopes, spread
from caviar.values.arrays import Array

MEMBERS = 16


class ActivationContract(StatedInterface):
    """Set `activation`."""

    kind = "activation"
    activation: ClassVar[Activation]

    def test_its_gradient_agrees_with_finite_differences(self) -> None:
        activation = bound([self.activation] * 2)
        z, weights = _rows(2), _rows(2, seed=1)
        _, cache = activation.forward(z)
        expected = slopes(lambda: float((weights * activation.forward(z)[0]).sum()), z)
        close(activation.backward(weights.copy(), cache), expected)

    def test_it_keeps_shape_and_dtype_and_leaves_its_input(self) -> None:
        for dtype in ("float32", "float64"):
            z = _rows(2, dtype=dtype)
            output, cache = bound([self.activation] * 2, dtype).forward(z)
            gradient = bound([self.activation] * 2, dtype).backward(z.copy(), cache)
            assert output.shape == gradient.shape == z.shape
            assert output.dtype == gradient.dtype == z.dtype
            numpy.testing.assert_array_equal(z, _rows(2, dtype=dtype))

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        members, z = spread(self.activation, MEMBERS), _rows(MEMBERS, dtype="float32")
        together = bound(members, "float32").forward(z)[0]
        for member in range(MEMBERS):
            alone = bound([members[member]], "float32").forward(z[[member]])[0]
            numpy.testing.assert_array_equal(alone[0], together[member])

    def test_it_does_not_hide_that_a_member_diverged(self) -> None:
        z = _rows(1)
        z[0, 0, 0] = numpy.nan
        assert numpy.isnan(bound([self.activation]).forward(z)[0][0, 0, 0])

    def test_huge_inputs_give_finite_values_and_slopes(self) -> None:
        for dtype in ("float32", "float64"):
            z = numpy.asarray([-1000.0, -90.0, 0.0, 90.0, 1000.0], dtype).reshape(1, 1, 5)
            activation = bound([self.activation], dtype)
            with numpy.errstate(all="ignore"):
                output, cache = activation.forward(z)
                gradient = activation.backward(numpy.ones_like(z), cache)
            assert numpy.isfinite(output).all()
            assert numpy.isfinite(gradient).all()

    def test_its_description_computes_what_forward_computes(self) -> None:
        activation, z = bound([self.activation]), _rows(1)
        with described():
            operation = activation.description()
        numpy.testing.assert_allclose(computed(LAYERS, operation, z[0]), activation.forward(z)[0][0], rtol=1e-12)

    def test_it_says_how_weights_begin(self) -> None:
        initial = self.activation.initial(100, 50)
        assert 0 < initial.size < 1

    def test_it_runs_on_another_array_library(self) -> None:
        for xp in other_libraries():
            z = _rows(2)
            output, cache = bound([self.activation] * 2, "float64", xp.asarray).forward(xp.asarray(z))
            gradient = bound([self.activation] * 2, "float64", xp.asarray).backward(xp.asarray(z), cache)
            expected, cache = bound([self.activation] * 2).forward(z)
            numpy.testing.assert_allclose(fetched(output), expected, rtol=1e-12)
            expected = bound([self.activation] * 2).backward(z, cache)
            numpy.testing.assert_allclose(fetched(gradient), expected, rtol=1e-12)


def _rows(members: int, seed: int = 0, dtype: str = "float64") -> Array:
    return numpy.random.default_rng(seed).normal(0.0, 2.0, (members, 9, 5)).astype(dtype)
