"""batchnorm."""

import numpy
import pytest
from caviar.plugin import Array
from caviar.testing import NormalizerContract
from caviar.testing.tools import bound
from caviar_plugins import BatchNorm


def fresh(units: int, dtype: str = "float64", members: int = 1) -> tuple[dict[str, Array], dict[str, Array]]:
    ones, zeros = numpy.ones((members, 1, units), dtype), numpy.zeros((members, 1, units), dtype)
    return {"gamma": ones.copy(), "beta": zeros.copy()}, {"mean": zeros.copy(), "variance": ones.copy()}


class TestBatchNorm(NormalizerContract):
    normalizer = BatchNorm()

    def test_units_come_out_with_mean_beta_and_deviation_gamma(self) -> None:
        parameters, statistics = fresh(3)
        parameters["gamma"][...] = [[[1.0, 2.0, 0.5]]]
        parameters["beta"][...] = [[[0.0, -3.0, 5.0]]]
        z = numpy.random.default_rng(0).normal(7.0, 4.0, (1, 500, 3))
        output, _ = BatchNorm(epsilon=1e-12).forward(z, parameters, statistics, True)
        numpy.testing.assert_allclose(output.mean(axis=1), parameters["beta"][:, 0], atol=1e-12)
        numpy.testing.assert_allclose(output.std(axis=1), parameters["gamma"][:, 0], rtol=1e-9)

    def test_epsilon_stands_inside_the_root(self) -> None:
        z = numpy.array([[[-1.0], [1.0]]])
        output, _ = BatchNorm(epsilon=3.0).forward(z, *fresh(1), True)
        numpy.testing.assert_allclose(output[0, :, 0], [-0.5, 0.5], rtol=1e-15)

    def test_running_values_take_the_unbiased_variance_by_a_tenth(self) -> None:
        """What PyTorch's documentation says: the new value weighs 0.1, the variance is divided by n - 1."""
        z = numpy.random.default_rng(0).normal(7.0, 4.0, (1, 20, 3))
        parameters, statistics = fresh(3)
        for _ in range(2):
            BatchNorm().forward(z, parameters, statistics, True)
        numpy.testing.assert_allclose(statistics["mean"], 0.19 * z.mean(axis=1, keepdims=True), rtol=1e-12)
        expected = 0.81 + 0.19 * z.var(axis=1, ddof=1, keepdims=True)
        numpy.testing.assert_allclose(statistics["variance"], expected, rtol=1e-12)

    def test_averaging_is_the_weight_of_the_old_value(self) -> None:
        z = numpy.random.default_rng(0).normal(7.0, 4.0, (1, 20, 3))
        parameters, statistics = fresh(3)
        BatchNorm(averaging=0.0).forward(z, parameters, statistics, True)
        numpy.testing.assert_allclose(statistics["mean"], z.mean(axis=1, keepdims=True), rtol=1e-12)

    def test_a_single_row_can_be_predicted(self) -> None:
        parameters, statistics = fresh(2)
        statistics["mean"][...], statistics["variance"][...] = 10.0, 4.0
        output, _ = BatchNorm(epsilon=1e-12).forward(numpy.array([[[12.0, 6.0]]]), parameters, statistics, False)
        numpy.testing.assert_allclose(output, [[[1.0, -2.0]]], rtol=1e-9)

    def test_its_parameters_are_one_gamma_and_beta_per_unit(self) -> None:
        slots = {slot.name: slot for slot in BatchNorm().slots(4)}
        assert {name: (slot.role, slot.initial.size, slot.size) for name, slot in slots.items()} == {
            "gamma": ("scale", 1.0, 4),
            "beta": ("shift", 0.0, 4),
        }

    def test_gradients_of_a_batch_add_up_to_nothing(self) -> None:
        """The output knows neither a constant nor a factor in front, so no gradient goes that way."""
        random = numpy.random.default_rng(0)
        z, gradient = random.normal(size=(2, 30, 4)), random.normal(size=(2, 30, 4))
        parameters, statistics = fresh(4, members=2)
        normalizer = BatchNorm(epsilon=1e-15)
        _, cache = normalizer.forward(z, parameters, statistics, True)
        filled = {name: numpy.empty_like(view) for name, view in parameters.items()}
        dz = normalizer.backward(gradient, cache, parameters, filled)
        numpy.testing.assert_allclose(dz.sum(axis=1), 0.0, atol=1e-12)
        numpy.testing.assert_allclose((dz * z).sum(axis=1), 0.0, atol=1e-12)

    @pytest.mark.parametrize(
        "z",
        [
            numpy.full((1, 16, 2), 1e6),
            numpy.random.default_rng(0).normal(1e6, 1.0, (1, 16, 2)),
            numpy.random.default_rng(0).normal(0.0, 1e15, (1, 16, 2)),
            numpy.full((1, 16, 2), 1e-30),
        ],
        ids=["constant", "far from zero", "huge", "tiny"],
    )
    def test_extreme_columns_stay_finite(self, z: Array) -> None:
        normalizer = bound([BatchNorm()], "float32")
        parameters, statistics = fresh(2, "float32")
        output, cache = normalizer.forward(z.astype("float32"), parameters, statistics, True)
        filled = {name: numpy.empty_like(view) for name, view in parameters.items()}
        dz = normalizer.backward(numpy.ones_like(output), cache, parameters, filled)
        for array in (output, dz, *filled.values(), *statistics.values()):
            assert numpy.isfinite(array).all()
        assert numpy.abs(output).max() < 10

    @pytest.mark.parametrize("wrong", [{"averaging": 1.0}, {"averaging": -0.1}, {"epsilon": 0.0}])
    def test_constants_out_of_bounds_are_refused(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="must be"):
            BatchNorm(**wrong)  # type: ignore[arg-type]


class TestBatchNormAfterTheActivation(NormalizerContract):
    normalizer = BatchNorm(place="after-activation", epsilon=1e-3)
