"""A starter for schedules: polynomial decay."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from caviar.plugin import Array, Schedule, Tunable, tunable
from caviar_plugins import Uniform


class $cls($bases):
    """(1 - epoch / epochs)^power: 1 in the first epoch, near 0 in the last.

    epoch and power are (members, 1).
    """

    power: Tunable[float] = tunable(default=1.0, gt=0, search=Uniform(0.5, 3.0), tier=3)

    def factor(self, epoch: Array, epochs: int) -> Array:
        factors: Array = (1 - epoch / epochs) ** self.power
        return factors
'''
TEST = '''\
"""$name: the laws of schedules, and what is special about this one."""

import numpy
from caviar.testing import ScheduleContract, bound

from $module import $cls


class Test$cls(ScheduleContract):
    schedule = $cls()

    def test_half_way_a_power_of_two_leaves_a_quarter(self) -> None:
        factor = bound([$cls(power=2.0)]).factor(numpy.array([[5.0]]), 10)
        numpy.testing.assert_allclose(factor, 0.25)
'''
EXAMPLE = """\
# 32 networks on handwritten digits, the learning rate of each lowered in its own way: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[schedule.learning_rate]
use = "$name"
power = { uniform = [0.5, 3.0] }

[search]
trials = 32
"""
