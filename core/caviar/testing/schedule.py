"""The laws of schedules."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.schedule import Schedule
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, fetched, other_libraries, spread
from caviar.values.arrays import Array

EPOCHS, MEMBERS = 20, 16


class ScheduleContract(StatedInterface):
    """Set `schedule`."""

    kind = "schedule"
    schedule: ClassVar[Schedule]

    def moments(self) -> Array:
        """All epochs, with fractions if the schedule needs them."""
        return numpy.arange(0, EPOCHS, 0.25 if self.schedule.each_step else 1.0)

    def test_it_gives_one_factor_per_member_in_the_same_dtype(self) -> None:
        for dtype in ("float32", "float64"):
            factor = bound([self.schedule] * 3, dtype).factor(numpy.full((3, 1), 2.0, dtype), EPOCHS)
            assert factor.shape == (3, 1)
            assert factor.dtype == dtype

    def test_factors_are_finite_and_never_negative(self) -> None:
        schedule = bound(spread(self.schedule, MEMBERS), "float32")
        for moment in self.moments():
            factor = schedule.factor(numpy.full((MEMBERS, 1), moment, "float32"), EPOCHS)
            assert numpy.isfinite(factor).all()
            assert (factor >= 0).all()

    def test_training_of_a_single_epoch_has_a_factor(self) -> None:
        factor = bound([self.schedule]).factor(numpy.zeros((1, 1)), 1)
        assert numpy.isfinite(factor).all()

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        members = spread(self.schedule, MEMBERS)
        together = bound(members, "float32")
        for moment in self.moments():
            factors = together.factor(numpy.full((MEMBERS, 1), moment, "float32"), EPOCHS)
            for member in range(MEMBERS):
                alone = bound([members[member]], "float32").factor(numpy.full((1, 1), moment, "float32"), EPOCHS)
                numpy.testing.assert_array_equal(alone[0], factors[member])

    def test_it_runs_on_another_array_library(self) -> None:
        for xp in other_libraries():
            foreign = bound([self.schedule] * 2, "float64", xp.asarray)
            for moment in self.moments():
                epoch = numpy.full((2, 1), moment)
                found = fetched(foreign.factor(xp.asarray(epoch), EPOCHS))
                numpy.testing.assert_allclose(found, bound([self.schedule] * 2).factor(epoch, EPOCHS), rtol=1e-12)
