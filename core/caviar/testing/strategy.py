"""The laws of strategies."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.sampler import Sampler
from caviar.interfaces.strategy import Strategy
from caviar.values.arrays import Array
from caviar.values.dimension import Dimension, Space
from caviar.values.history import History
from caviar.values.random import Random
from caviar.values.trial import TrialState


class Line(Sampler):
    """Its coordinate, as it is."""

    def from_unit(self, u: Array) -> Array:
        return u

    def to_unit(self, value: Array) -> Array:
        return value


class Stairs(Sampler):
    """The whole numbers below `count`."""

    count: int

    def from_unit(self, u: Array) -> Array:
        level: Array = numpy.minimum(numpy.floor(u * self.count), self.count - 1)
        return level

    def to_unit(self, value: Array) -> Array:
        return (value + 0.5) / self.count

    def levels(self) -> int:
        return self.count

    def pick(self, number: float) -> int:
        return int(number)


SPACE = Space(
    (
        Dimension("optimizer", Stairs(3), ordered=False, levels=3),
        Dimension("optimizer.adam.learning_rate", Line(), tier=1, parent="optimizer", when=0),
        Dimension("optimizer.adam.beta1", Line(), tier=4, parent="optimizer", when=0),
        Dimension("optimizer.sgd.learning_rate", Line(), tier=1, parent="optimizer", when=2),
        Dimension("model.units", Stairs(5), tier=2, levels=5),
        Dimension("model.dropout", Line(), tier=3),
    )
)
"""A choice whose second option has nothing of its own, whole numbers and a continuum."""


def history(space: Space, trials: int, random: Random) -> History:
    """A past with a failure and a divergence among its trials."""
    generator = random.generator()
    points = space.clip(generator.uniform(size=(trials, len(space))))
    states = [TrialState.FINISHED] * trials
    objectives = numpy.nansum(points, axis=1)
    for place, state, value in ((2, TrialState.FAILED, numpy.nan), (5, TrialState.DIVERGED, -numpy.inf)):
        if place < trials:
            states[place], objectives[place] = state, value
    curves = numpy.repeat(objectives[:, None], 3, axis=1)
    return History("maximize", points, objectives, tuple(states), numpy.full(trials, 3), curves)


class StrategyContract:
    """Set `strategy`."""

    strategy: ClassVar[Strategy]
    space: ClassVar[Space] = SPACE

    def proposed(self, trials: int, count: int) -> Array:
        """What is proposed after so many trials."""
        random = Random(7)
        return self.strategy.propose(self.space, history(self.space, trials, random), count, random.child("strategy"))

    def test_equal_arguments_give_equal_points(self) -> None:
        for trials in (0, 8):
            numpy.testing.assert_array_equal(self.proposed(trials, 8), self.proposed(trials, 8))

    def test_a_smaller_count_gives_the_first_points_of_a_larger(self) -> None:
        for trials in (0, 8):
            more = self.proposed(trials, 8)
            for count in (1, 3, 7):
                numpy.testing.assert_array_equal(self.proposed(trials, count), more[:count])

    def test_points_are_coordinates(self) -> None:
        for trials in (0, 8):
            points = self.proposed(trials, 8)
            assert points.shape == (8, len(self.space))
            assert points.dtype == numpy.float64
            assert ((points >= 0) & (points <= 1) | numpy.isnan(points)).all()

    def test_every_active_dimension_gets_a_value(self) -> None:
        for point in self.proposed(8, 8):
            active = self.space.active(numpy.nan_to_num(point, nan=0.5))
            assert not numpy.isnan(point[active]).any()

    def test_the_history_is_left_as_it_was(self) -> None:
        random = Random(7)
        past, kept = history(self.space, 8, random), history(self.space, 8, random)
        self.strategy.propose(self.space, past, 4, random.child("strategy"))
        numpy.testing.assert_array_equal(past.points, kept.points)
        numpy.testing.assert_array_equal(past.objectives, kept.objectives)

    def test_nothing_asked_is_nothing_proposed(self) -> None:
        assert self.proposed(8, 0).shape == (0, len(self.space))
