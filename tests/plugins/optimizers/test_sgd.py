"""sgd."""

import numpy
from caviar.testing import OptimizerContract
from caviar.testing.tools import bound
from caviar_plugins import SGD


class TestSGD(OptimizerContract):
    optimizer = SGD(learning_rate=0.5)

    def test_without_momentum_it_steps_against_the_gradient(self) -> None:
        parameters = numpy.array([[1.0, 2.0]])
        sgd = bound([SGD(learning_rate=0.1)])
        sgd.update(parameters, numpy.array([[10.0, -1.0]]), sgd.init(parameters, ()), numpy.ones((1, 1)), ())
        numpy.testing.assert_allclose(parameters, [[0.0, 2.1]], rtol=1e-15)


class TestSGDWithMomentum(OptimizerContract):
    optimizer = SGD(learning_rate=0.1, momentum=0.9)

    def test_constant_gradients_add_up_as_a_geometric_series(self) -> None:
        parameters, gradients = numpy.zeros((1, 1)), numpy.ones((1, 1))
        sgd = bound([SGD(learning_rate=1.0, momentum=0.5)])
        state = sgd.init(parameters, ())
        steps = []
        for step in range(1, 5):
            before = parameters.copy()
            sgd.update(parameters, gradients, state, numpy.full((1, 1), float(step)), ())
            steps.append(float((before - parameters)[0, 0]))
        assert steps == [1.0, 1.5, 1.75, 1.875]


class TestSGDWithNesterovsMomentum(OptimizerContract):
    optimizer = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)

    def test_it_steps_once_more_along_the_new_velocity(self) -> None:
        parameters, gradients = numpy.zeros((1, 1)), numpy.ones((1, 1))
        sgd = bound([SGD(learning_rate=1.0, momentum=0.5, nesterov=True)])
        state = sgd.init(parameters, ())
        steps = []
        for step in range(1, 4):
            before = parameters.copy()
            sgd.update(parameters, gradients.copy(), state, numpy.full((1, 1), float(step)), ())
            steps.append(float((before - parameters)[0, 0]))
        assert steps == [1.5, 1.75, 1.875]
