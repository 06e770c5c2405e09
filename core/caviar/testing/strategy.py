"""The laws of strategies."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy

from caviar.interfaces.sampler import Sampler
from caviar.interfaces.strategy import Strategy
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import skip
from caviar.values.arrays import Array
from caviar.values.dimension import Dimension, Space
from caviar.values.history import History
from caviar.values.random import Random
from caviar.values.trial import TrialState


class Line(Sampler):
    """The coordinate, unchanged."""

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


def history(space: Space, trials: int, random: Random, given: int = 0) -> History:
    """A history with a failure and a divergence; the strategy did not propose the first `given` trials."""
    generator = random.generator()
    points = space.clip(generator.uniform(size=(trials, len(space))))
    states = [TrialState.FINISHED] * trials
    objectives = numpy.nansum(points, axis=1)
    for place, state, value in ((2, TrialState.FAILED, numpy.nan), (5, TrialState.DIVERGED, -numpy.inf)):
        if place < trials:
            states[place], objectives[place] = state, value
    curves = numpy.repeat(objectives[:, None], 3, axis=1)
    return History("maximize", points, objectives, tuple(states), numpy.full(trials, 3), curves, given=given)


BUDGET = 10
"""No strategy re-tests its trials so often on average."""


def retested(past: History, rows: tuple[int, ...], luck: int) -> History:
    """The history after these trials were trained once more, each with a different result."""
    runs = past.objectives[:, None] if past.runs is None else past.runs
    runs = numpy.concatenate([runs, numpy.full((len(past), 1), numpy.nan)], axis=1)
    for row in rows:
        runs[row, past.repeats[row]] = past.objectives[row] + 0.1 * (-1) ** (luck + row)
    objectives = past.objectives.copy()
    objectives[list(rows)] = numpy.nanmean(runs[list(rows)], axis=1)
    return replace(past, objectives=objectives, runs=runs)


PASTS = ((0, 0), (8, 0), (8, 8), (8, 3))
"""How many trials there were, and how many of them came from earlier runs or the file."""


class StrategyContract(StatedInterface):
    """Set `strategy`."""

    kind = "strategy"
    strategy: ClassVar[Strategy]
    space: ClassVar[Space] = SPACE

    def proposed(self, trials: int, count: int, given: int = 0) -> Array:
        """The proposals after `trials` trials, of which the first were given."""
        random = Random(7)
        past = history(self.space, trials, random, given)
        return self.strategy.propose(self.space, past, count, random.child("strategy"))

    def test_equal_arguments_give_equal_points(self) -> None:
        for trials, given in PASTS:
            numpy.testing.assert_array_equal(self.proposed(trials, 8, given), self.proposed(trials, 8, given))

    def test_a_smaller_count_gives_the_first_points_of_a_larger(self) -> None:
        for trials, given in PASTS:
            more = self.proposed(trials, 8, given)
            for count in (1, 3, 7):
                numpy.testing.assert_array_equal(self.proposed(trials, count, given), more[:count])

    def test_until_it_learns_it_proposes_the_same_whatever_came_of_its_trials(self) -> None:
        """One that learns waits for `waits_for` trials, and no longer; one that does not learn waits for ever."""
        enough = self.strategy.waits_for()
        if self.strategy.learns and not enough:
            skip("it learns from the first trial on")
        now, then = self._opposite(enough - 1 if self.strategy.learns else 8)
        numpy.testing.assert_array_equal(now, then)
        if self.strategy.learns:
            now, then = self._opposite(enough)
            assert (now != then).any(), "waits_for is too small: it does not learn yet"

    def _opposite(self, trials: int) -> tuple[Array, Array]:
        """The proposals after so many trials, and after the same with opposite results."""
        past = history(self.space, trials, Random(7))
        other = replace(past, objectives=-past.objectives, curves=-past.curves)
        now, then = (self.strategy.propose(self.space, each, 8, Random(8)) for each in (past, other))
        return now, then

    def test_the_lowest_objective_is_the_highest_of_its_negative(self) -> None:
        past = history(self.space, 24, Random(7))
        turned = replace(past, goal="minimize", objectives=-past.objectives, curves=-past.curves)
        now, then = (self.strategy.propose(self.space, each, 8, Random(8)) for each in (past, turned))
        numpy.testing.assert_allclose(now, then, rtol=1e-12, atol=1e-12)
        assert self.doubted(past, Random(8)) == self.doubted(turned, Random(8))

    def test_the_curve_of_a_failed_trial_does_not_matter(self) -> None:
        past = history(self.space, 24, Random(7))
        (failed,) = (row for row, state in enumerate(past.states) if state is TrialState.FAILED)
        points = self.strategy.propose(self.space, past, 8, Random(8))
        for value in (-1000.0, 1000.0):
            curves = past.curves.copy()
            curves[failed] = value
            other = replace(past, curves=curves)
            numpy.testing.assert_array_equal(self.strategy.propose(self.space, other, 8, Random(8)), points)
            assert self.doubted(other, Random(8)) == self.doubted(past, Random(8))

    def test_trials_that_failed_are_not_taken_for_good_ones(self) -> None:
        """They have no objective and lie in a quarter of the space, which may get less than half of the proposals."""
        if not self.strategy.learns:
            skip("it does not learn")
        space, points = Space((Dimension("a", Line()), Dimension("b", Line()))), Random(7).generator().random((48, 2))
        failed = points[:, 0] < 0.25
        states = tuple(TrialState.FAILED if each else TrialState.FINISHED for each in failed)
        for zero in (-1000.0, 1000.0):
            objectives = numpy.where(failed, numpy.nan, zero - (points[:, 0] - 0.75) ** 2)
            curves = numpy.repeat(objectives[:, None], 3, axis=1)
            past = History("maximize", points, objectives, states, numpy.where(failed, 0, 3), curves)
            proposed = self.strategy.propose(space, past, 16, Random(8))
            assert (proposed[:, 0] < 0.25).mean() < 0.5

    def test_points_are_coordinates(self) -> None:
        for trials, given in PASTS:
            points = self.proposed(trials, 8, given)
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

    def test_retests_are_of_finished_trials_of_the_study_each_once_and_within_a_budget(self) -> None:
        """Called repeatedly with the results of its re-tests, it must finally request none."""
        for given, earlier in ((0, 0), (12, 5)):
            random = Random(7)
            past = replace(history(self.space, 40, random, given), earlier=earlier)
            done = 0
            while asked := self.doubted(past, random):
                assert self.doubted(past, random) == asked, "equal arguments, other trials"
                assert len(set(asked)) == len(asked)
                assert min(asked) >= earlier
                assert all(past.states[row] is TrialState.FINISHED for row in asked)
                past, done = retested(past, asked, done), done + len(asked)
                assert done <= BUDGET * len(past), "no end of re-tests is in sight"

    def doubted(self, past: History, random: Random) -> tuple[int, ...]:
        """The trials to re-test after such a history."""
        return self.strategy.retests(self.space, past, random.child("strategy"))

    def test_nothing_asked_is_nothing_proposed(self) -> None:
        assert self.proposed(8, 0).shape == (0, len(self.space))
