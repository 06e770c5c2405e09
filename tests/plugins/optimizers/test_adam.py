"""adam."""

import numpy
from caviar.testing import OptimizerContract
from caviar.testing.tools import bound
from caviar_plugins import Adam


class TestAdam(OptimizerContract):
    optimizer = Adam(learning_rate=0.01)

    def test_its_first_step_is_the_learning_rate_against_the_sign_of_the_gradient(self) -> None:
        """Kingma & Ba, section 2.1: the size of a step does not depend on the scale of the gradient."""
        parameters, gradients = numpy.zeros((1, 3)), numpy.array([[1e-3, -5.0, 1e4]])
        adam = bound([Adam(learning_rate=0.1)])
        adam.update(parameters, gradients, adam.init(parameters, ()), numpy.ones((1, 1)), ())
        numpy.testing.assert_allclose(parameters, [[-0.1, 0.1, -0.1]], rtol=1e-4)

    def test_it_is_algorithm_1_of_the_paper(self) -> None:
        random = numpy.random.default_rng(0)
        alpha, beta1, beta2, epsilon = 0.05, 0.8, 0.95, 1e-4
        adam = bound([Adam(alpha, beta1, beta2, epsilon)])
        theta, expected = numpy.ones((1, 4)), [1.0] * 4
        state, m, v = adam.init(theta, ()), [0.0] * 4, [0.0] * 4
        for t in range(1, 30):
            gradients = random.normal(size=(1, 4))
            adam.update(theta, gradients.copy(), state, numpy.full((1, 1), float(t)), ())
            for i, g in enumerate(gradients[0]):
                m[i] = beta1 * m[i] + (1 - beta1) * g
                v[i] = beta2 * v[i] + (1 - beta2) * g**2
                m_hat, v_hat = m[i] / (1 - beta1**t), v[i] / (1 - beta2**t)
                expected[i] -= alpha * m_hat / (v_hat**0.5 + epsilon)
        numpy.testing.assert_allclose(theta[0], expected, rtol=1e-12)

    def test_each_member_has_its_own_constants(self) -> None:
        parameters = numpy.zeros((2, 1))
        adam = bound([Adam(learning_rate=0.1), Adam(learning_rate=0.4)])
        adam.update(parameters, numpy.ones((2, 1)), adam.init(parameters, ()), numpy.ones((2, 1)), ())
        numpy.testing.assert_allclose(parameters, [[-0.1], [-0.4]], rtol=1e-6)

    def test_its_defaults_and_tiers_are_those_of_the_practice(self) -> None:
        adam = Adam()
        assert (adam.beta1, adam.beta2, adam.epsilon) == (0.9, 0.999, 1e-8)
        tiers = {name: Adam.facts(name).tier for name in Adam.model_fields}
        assert tiers == {"learning_rate": 1, "beta1": 4, "beta2": 4, "epsilon": 4}
