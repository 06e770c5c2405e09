"""leaky-relu, gelu, silu, selu, mish, tanh, sigmoid: their laws, known values, and what stays finite."""

import numpy
import pytest
from caviar import Activation
from caviar.testing import ActivationContract
from caviar_plugins import GELU, SELU, LeakyReLU, Mish, Sigmoid, SiLU, Tanh
from scipy.special import expit
from scipy.stats import norm

Z = numpy.linspace(-30.0, 30.0, 2401).reshape(1, 1, -1)


class TestLeakyReLU(ActivationContract):
    activation = LeakyReLU(slope=0.2)

    def test_below_zero_only_the_slope_is_left(self) -> None:
        assert LeakyReLU(0.25).forward(numpy.array([[[-2.0, 0.0, 3.0]]]))[0].tolist() == [[[-0.5, 0.0, 3.0]]]


class TestGELU(ActivationContract):
    activation = GELU()

    def test_it_is_within_a_thousandth_of_the_form_with_the_normal_distribution(self) -> None:
        assert numpy.abs(GELU().forward(Z)[0] - Z * norm.cdf(Z)).max() < 1e-3


class TestSiLU(ActivationContract):
    activation = SiLU()

    def test_it_is_z_times_scipys_expit(self) -> None:
        numpy.testing.assert_allclose(SiLU().forward(Z)[0], Z * expit(Z), rtol=1e-14)


class TestSELU(ActivationContract):
    activation = SELU()

    def test_the_mean_and_the_variance_of_a_normal_draw_stay(self) -> None:
        shares = (numpy.arange(200_000) + 0.5) / 200_000
        output = SELU().forward(norm.ppf(shares).reshape(1, 1, -1))[0]
        assert (output.mean(), output.var()) == pytest.approx((0.0, 1.0), abs=1e-3)


class TestMish(ActivationContract):
    activation = Mish()

    def test_it_is_z_times_the_tanh_of_numpys_softplus(self) -> None:
        numpy.testing.assert_allclose(Mish().forward(Z)[0], Z * numpy.tanh(numpy.logaddexp(0, Z)), rtol=1e-13)


class TestTanh(ActivationContract):
    activation = Tanh()


class TestSigmoid(ActivationContract):
    activation = Sigmoid()

    def test_it_is_scipys_expit_to_the_last_digits_on_both_sides(self) -> None:
        numpy.testing.assert_allclose(Sigmoid().forward(Z)[0], expit(Z), rtol=1e-14)


@pytest.mark.parametrize(
    "activation", [LeakyReLU(), GELU(), SiLU(), SELU(), Mish(), Tanh(), Sigmoid()], ids=lambda each: type(each).__name__
)
def test_large_inputs_neither_overflow_nor_lose_their_slope(activation: Activation) -> None:
    z = numpy.array([[[-1e4, -100.0, 100.0, 1e4]]], dtype=numpy.float32)
    output, cache = activation.forward(z)
    slope = activation.backward(numpy.ones_like(z), cache)
    assert numpy.isfinite(output).all()
    assert numpy.isfinite(slope).all()


@pytest.mark.parametrize(
    ("activation", "variance"),
    [
        (LeakyReLU(slope=0.5), 2 / (1.25 * 200)),
        (GELU(), 2 / 200),
        (SiLU(), 2 / 200),
        (SELU(), 1 / 200),
        (Mish(), 2 / 200),
        (Tanh(), 2 / 300),
        (Sigmoid(), 2 / 300),
    ],
    ids=[
        "leaky-relu: He with its slope",
        "gelu: He",
        "silu: He",
        "selu: LeCun",
        "mish: He",
        "tanh: Glorot",
        "sigmoid: Glorot",
    ],
)
def test_weights_begin_as_the_literature_has_it(activation: Activation, variance: float) -> None:
    initial = activation.initial(200, 100)
    assert initial.how == "normal"
    assert initial.size**2 == pytest.approx(variance)
