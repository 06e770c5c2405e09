"""lion."""

import numpy
import pytest
from caviar.engine.training.variants import VariantChoice, compiled, plain
from caviar.testing import OptimizerContract
from caviar.testing.optimizer import LAYOUT, SIZE
from caviar_plugins import Lion

from tests.truth.ours import bound


def sign(value: float) -> float:
    return (value > 0) - (value < 0)


def by_hand(start: list[float], path: list[list[float]], decays: list[bool], lion: Lion) -> list[float]:
    """Algorithm 2 of the paper, number by number; its lambda is 0 where nothing decays."""
    rate, beta1, beta2 = float(lion.learning_rate), float(lion.beta1), float(lion.beta2)
    theta, m = list(start), [0.0] * len(start)
    for gradients in path:
        for i, g in enumerate(gradients):
            c = beta1 * m[i] + (1 - beta1) * g
            theta[i] -= rate * (sign(c) + (lion.decay if decays[i] else 0.0) * theta[i])
            m[i] = beta2 * m[i] + (1 - beta2) * g
    return theta


class TestLion(OptimizerContract):
    optimizer = Lion(learning_rate=0.01, decay=0.5)

    @pytest.mark.parametrize("form", [plain, compiled])
    def test_it_is_algorithm_2_of_the_paper_with_decay_of_weights_alone(self, form: VariantChoice) -> None:
        random, lion = numpy.random.default_rng(0), Lion(learning_rate=0.01, decay=0.5, beta1=0.8, beta2=0.95)
        start, path = random.normal(size=SIZE), random.normal(size=(25, SIZE))
        path[:5, 0] = 0.0  # no gradient yet, so no step
        decays = [slot.role == "weight" for slot in LAYOUT for _ in range(slot.size)]
        optimizer, parameters = bound(lion, form), start[None].copy()
        state = optimizer.init(parameters, LAYOUT)
        for step, gradients in enumerate(path, start=1):
            optimizer.update(parameters, gradients[None].copy(), state, numpy.full((1, 1), float(step)), LAYOUT)
        expected = by_hand(start.tolist(), path.tolist(), decays, lion)
        numpy.testing.assert_allclose(parameters[0], expected, rtol=1e-12, atol=1e-14)

    @pytest.mark.parametrize("form", [plain, compiled])
    def test_a_gradient_that_is_not_finite_is_seen_in_the_weights(self, form: VariantChoice) -> None:
        optimizer, parameters = bound(Lion(), form), numpy.ones((1, SIZE))
        gradients = numpy.full((1, SIZE), numpy.nan)
        optimizer.update(parameters, gradients, optimizer.init(parameters, LAYOUT), numpy.ones((1, 1)), LAYOUT)
        assert numpy.isnan(parameters).all()
