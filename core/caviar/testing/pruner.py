"""The laws of pruners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy

from caviar.interfaces.pruner import Decision, Pruner
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import skip
from caviar.values.arrays import Array
from caviar.values.history import Goal

EPOCHS, TRIALS = 30, 27


class PrunerContract(StatedInterface):
    """Set `pruner`, such that it has rungs below epoch 30."""

    kind = "pruner"
    pruner: ClassVar[Pruner]

    def moments(self) -> Iterator[tuple[int, Array]]:
        """Every rung with a round that has reached it: curves of all lengths, and a trial that diverged."""
        ends = numpy.random.default_rng(1).integers(1, EPOCHS, TRIALS)
        curves = numpy.random.default_rng(0).normal(0.5, 0.2, (TRIALS, EPOCHS)).round(2)
        for rung in sorted({rung for trial in range(TRIALS) for rung in self.pruner.rungs(EPOCHS, trial)}):
            seen = curves[:, :rung].copy()
            seen[numpy.arange(1, rung + 1) > numpy.maximum(ends, min(rung, 2))[:, None]] = numpy.nan
            seen[: TRIALS // 2] = curves[: TRIALS // 2, :rung]
            seen[4] = numpy.nan
            yield rung, seen

    def decided(self, rung: int, curves: Array, goal: Goal = "maximize") -> tuple[Decision, ...]:
        """The decisions on the round."""
        return self.pruner.decide(curves.copy(), tuple(range(100, 100 + len(curves))), rung, goal)

    def test_rungs_rise_and_lie_below_the_last_epoch(self) -> None:
        assert any(self.pruner.rungs(EPOCHS, trial) for trial in range(TRIALS))
        for epochs in (1, 2, 9, EPOCHS):
            for trial in range(TRIALS):
                rungs = self.pruner.rungs(epochs, trial)
                assert list(rungs) == sorted(set(rungs))
                assert all(1 <= rung < epochs for rung in rungs)

    def test_a_trials_rungs_are_always_the_same(self) -> None:
        first = [self.pruner.rungs(EPOCHS, trial) for trial in range(TRIALS)]
        assert [self.pruner.rungs(EPOCHS, trial) for trial in reversed(range(TRIALS))] == first[::-1]

    def test_every_trial_gets_one_decision(self) -> None:
        for rung, curves in self.moments():
            for count in (1, 2, TRIALS):
                decisions = self.decided(rung, curves[:count])
                assert len(decisions) == count
                assert all(isinstance(each, Decision) for each in decisions)

    def test_equal_arguments_give_equal_decisions(self) -> None:
        moments = list(self.moments())
        first = [self.decided(*moment) for moment in moments]
        assert [self.decided(*moment) for moment in reversed(moments)] == first[::-1]

    def test_the_curves_are_left_as_they_were(self) -> None:
        for rung, curves in self.moments():
            given = curves.copy()
            self.pruner.decide(given, tuple(range(TRIALS)), rung, "minimize")
            numpy.testing.assert_array_equal(given, curves)

    def test_epochs_that_nobody_has_reached_do_not_matter(self) -> None:
        for rung, curves in self.moments():
            longer = numpy.concatenate([curves, numpy.full((TRIALS, 3), numpy.nan)], axis=1)
            assert self.decided(rung, longer) == self.decided(rung, curves)

    def test_the_lowest_loss_is_the_highest_of_its_negative(self) -> None:
        for rung, curves in self.moments():
            assert self.decided(rung, -curves, "minimize") == self.decided(rung, curves)

    def test_the_best_of_a_round_is_never_stopped(self) -> None:
        for rung, curves in self.moments():
            clear = curves.copy()
            clear[7] = 9.0  # best at every epoch, whichever of them counts
            assert self.decided(rung, clear)[7] is not Decision.STOP
            assert self.decided(rung, -clear, "minimize")[7] is not Decision.STOP

    def test_a_trial_that_diverged_keeps_no_other_from_being_pruned(self) -> None:
        pruned = 0
        for rung, curves in self.moments():
            whole = numpy.where(numpy.isnan(curves), 0.5, curves)
            whole[9] = -9.0  # worst at every epoch
            beside = whole.copy()
            beside[4] = numpy.nan
            if self.decided(rung, whole)[9] is not Decision.GO_ON:
                pruned += 1
                assert self.decided(rung, beside)[9] is not Decision.GO_ON
        if not pruned:
            skip("it let the worst trial of every round continue")

    def test_a_round_in_which_all_diverged_is_decided_too(self) -> None:
        for rung, curves in self.moments():
            assert len(self.decided(rung, numpy.full_like(curves, numpy.nan))) == TRIALS
