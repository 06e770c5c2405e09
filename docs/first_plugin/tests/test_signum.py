"""signum: the laws of optimizers, and what is special about this one."""

import numpy
from caviar.testing import OptimizerContract, bound

from signum import Signum


class TestSignum(OptimizerContract):
    optimizer = Signum(learning_rate=1e-3)

    def test_every_coordinate_moves_by_the_learning_rate(self) -> None:
        parameters, gradients = numpy.array([[1.0, 2.0]]), numpy.array([[1000.0, -0.001]])
        optimizer = bound([Signum(learning_rate=0.1)])
        optimizer.update(parameters, gradients, optimizer.init(parameters, ()), numpy.ones((1, 1)), ())
        numpy.testing.assert_allclose(parameters, [[0.9, 2.1]])
