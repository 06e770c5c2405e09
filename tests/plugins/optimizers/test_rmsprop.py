"""rmsprop."""

import numpy
from caviar.testing import OptimizerContract
from caviar.testing.tools import bound
from caviar_plugins import RMSprop


class TestRMSprop(OptimizerContract):
    optimizer = RMSprop(learning_rate=0.003)

    def test_steps_settle_at_the_learning_rate_whatever_the_gradients_scale(self) -> None:
        rmsprop = bound([RMSprop(learning_rate=0.1, beta2=0.5)])
        parameters, gradients = numpy.zeros((1, 3)), numpy.array([[1e-3, -5.0, 1e4]])
        state = rmsprop.init(parameters, ())
        for step in range(1, 60):
            before = parameters.copy()
            rmsprop.update(parameters, gradients.copy(), state, numpy.full((1, 1), float(step)), ())
        numpy.testing.assert_allclose(parameters - before, [[-0.1, 0.1, -0.1]], rtol=1e-4)


class TestRMSpropWithMomentum(OptimizerContract):
    optimizer = RMSprop(learning_rate=0.0003, momentum=0.9)
    steps = 5000
