"""constant."""

import numpy
from caviar.testing import ScheduleContract
from caviar_plugins import Constant


class TestConstant(ScheduleContract):
    schedule = Constant()

    def test_the_factor_is_one(self) -> None:
        assert Constant().factor(numpy.full((3, 1), 7.0), 10).tolist() == [[1.0], [1.0], [1.0]]
