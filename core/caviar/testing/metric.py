"""The laws of metrics."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.metric import Metric
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import fetched, other_libraries
from caviar.values.arrays import Array

ROWS, CLASSES, MEMBERS = 50, 4, 16


class MetricContract(StatedInterface):
    """Set `metric`."""

    kind = "metric"
    metric: ClassVar[Metric]

    def truth(self) -> Array:
        """The truth: codes, or two targets."""
        random = numpy.random.default_rng(3)
        if self.metric.task == "classification":
            return random.integers(CLASSES, size=(ROWS, 1))
        return random.normal(3.0, 2.0, (ROWS, 2))

    def predictions(self, members: int) -> Array:
        """Predictions, different for each member: probabilities, or numbers."""
        random = numpy.random.default_rng(4)
        if self.metric.task == "classification":
            return random.dirichlet(numpy.ones(CLASSES), (members, ROWS))
        return random.normal(3.0, 2.0, (members, ROWS, 2))

    def perfect(self) -> Array:
        """The truth as one member's prediction."""
        truth = self.truth()
        return numpy.eye(CLASSES)[truth[:, 0]][None] if self.metric.task == "classification" else truth[None]

    def test_it_gives_one_float64_per_member(self) -> None:
        for dtype in ("float32", "float64"):
            values = self.metric.measure(self.predictions(3).astype(dtype), self.truth())
            assert values.shape == (3,)
            assert values.dtype == numpy.float64

    def test_the_truth_is_better_than_a_guess_and_nothing_worse_than_the_worst(self) -> None:
        sign = 1 if self.metric.goal == "maximize" else -1
        best = sign * self.metric.measure(self.perfect(), self.truth())[0]
        guess = sign * self.metric.measure(self.predictions(1), self.truth())[0]
        assert best > guess >= sign * self.metric.worst

    def test_a_guess_that_is_the_same_for_every_row_is_measured(self) -> None:
        shape = self.predictions(1).shape
        guesses = [numpy.zeros(shape), numpy.broadcast_to(self.truth().mean(axis=0), shape)]
        if self.metric.task == "classification":
            guesses = [numpy.full(shape, 1 / CLASSES), numpy.broadcast_to(numpy.eye(CLASSES)[0], shape)]
        for guess in guesses:
            with numpy.errstate(all="ignore"):
                measured = self.metric.measure(guess.copy(), self.truth())
            assert numpy.isfinite(measured).all()

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        predictions = self.predictions(MEMBERS).astype("float32")
        together = self.metric.measure(predictions, self.truth())
        for member in range(MEMBERS):
            assert self.metric.measure(predictions[[member]], self.truth())[0] == together[member]

    def test_it_runs_on_another_array_library(self) -> None:
        for xp in other_libraries():
            found = self.metric.measure(xp.asarray(self.predictions(2)), xp.asarray(self.truth()))
            expected = self.metric.measure(self.predictions(2), self.truth())
            numpy.testing.assert_allclose(fetched(found), expected, rtol=1e-12)
