"""l2."""

import numpy
import pytest
from caviar.plugin import Array
from caviar.testing import RegularizerContract
from caviar.testing.optimizer import LAYOUT, SIZE
from caviar.testing.tools import bound, slopes
from caviar_plugins import L2


def added(l2: L2, parameters: Array) -> Array:
    gradients = numpy.zeros_like(parameters)
    bound([l2]).add(parameters, gradients, LAYOUT)
    return gradients


class TestL2(RegularizerContract):
    regularizer = L2(strength=0.1)

    def test_it_is_the_slope_of_half_the_sum_of_squares(self) -> None:
        parameters = numpy.random.default_rng(0).normal(size=(1, SIZE))
        weights = [slice(slot.start, slot.stop) for slot in LAYOUT if slot.role == "weight"]
        expected = slopes(
            lambda: sum(0.5 * 0.1 * float((parameters[:, part] ** 2).sum()) for part in weights), parameters
        )
        numpy.testing.assert_allclose(added(L2(0.1), parameters), expected, atol=1e-8)

    @pytest.mark.parametrize(
        ("word", "role"), [("weights", "weight"), ("gamma", "scale"), ("beta", "shift"), ("biases", "bias")]
    )
    def test_each_word_means_one_role_and_nothing_else(self, word: str, role: str) -> None:
        gradients = added(L2(1.0, on=(word,)), numpy.ones((1, SIZE)))  # type: ignore[arg-type]
        for slot in LAYOUT:
            assert (gradients[:, slot.start : slot.stop] == (slot.role == role)).all()

    def test_an_unknown_word_is_refused(self) -> None:
        with pytest.raises(ValueError, match="on"):
            L2(1.0, on=("everything",))  # type: ignore[arg-type]


class TestL2OnEverything(RegularizerContract):
    regularizer = L2(strength=0.1, on=("weights", "gamma", "beta", "biases"))
