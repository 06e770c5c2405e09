"""layernorm."""

import numpy
import pytest
from caviar.plugin import Array
from caviar.testing import NormalizerContract
from caviar.testing.tools import bound
from caviar_plugins import LayerNorm


def fresh(units: int, dtype: str = "float64") -> dict[str, Array]:
    return {"gamma": numpy.ones((1, 1, units), dtype), "beta": numpy.zeros((1, 1, units), dtype)}


class TestLayerNorm(NormalizerContract):
    normalizer = LayerNorm()

    def test_rows_come_out_with_mean_zero_and_deviation_one(self) -> None:
        z = numpy.random.default_rng(0).normal(7.0, 4.0, (1, 6, 500))
        output, _ = LayerNorm(epsilon=1e-12).forward(z, fresh(500), {}, True)
        numpy.testing.assert_allclose(output.mean(axis=2), 0.0, atol=1e-12)
        numpy.testing.assert_allclose(output.std(axis=2), 1.0, rtol=1e-9)

    def test_epsilon_stands_inside_the_root(self) -> None:
        output, _ = LayerNorm(epsilon=3.0).forward(numpy.array([[[-1.0, 1.0]]]), fresh(2), {}, True)
        numpy.testing.assert_allclose(output[0, 0], [-0.5, 0.5], rtol=1e-15)

    def test_a_row_does_not_depend_on_the_others(self) -> None:
        z = numpy.random.default_rng(0).normal(size=(1, 6, 5))
        several, alone = (LayerNorm().forward(each, fresh(5), {}, True)[0] for each in (z, z[:, 2:3]))
        numpy.testing.assert_array_equal(several[:, 2:3], alone)

    def test_it_cannot_be_folded(self) -> None:
        assert LayerNorm().fold(fresh(5), {}) is None  # type: ignore[func-returns-value]

    @pytest.mark.parametrize(
        "z",
        [
            numpy.full((1, 4, 16), 1e6),
            numpy.random.default_rng(0).normal(1e6, 1.0, (1, 4, 16)),
            numpy.random.default_rng(0).normal(0.0, 1e15, (1, 4, 16)),
            numpy.full((1, 4, 16), 1e-30),
        ],
        ids=["constant", "far from zero", "huge", "tiny"],
    )
    def test_extreme_rows_stay_finite(self, z: Array) -> None:
        normalizer, parameters = bound([LayerNorm()], "float32"), fresh(16, "float32")
        output, cache = normalizer.forward(z.astype("float32"), parameters, {}, True)
        filled = {name: numpy.empty_like(view) for name, view in parameters.items()}
        dz = normalizer.backward(numpy.ones_like(output), cache, parameters, filled)
        for array in (output, dz, *filled.values()):
            assert numpy.isfinite(array).all()
        assert numpy.abs(output).max() < 10
