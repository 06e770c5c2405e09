"""The history a strategy sees: trials of earlier runs, then those of the rounds before, as arrays."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import repeat
from math import sqrt
from operator import is_
from typing import Literal, TypeAlias

from caviar.values.arrays import Array
from caviar.values.trial import TrialState

Goal: TypeAlias = Literal["maximize", "minimize"]


@dataclass(frozen=True)
class History:
    """One row per trial. The first `given` rows the strategy did not propose: trials of the earlier runs that the file
    starts from, then the points that it gives. Then come its own proposals in order, without those `outside`.

    points: float64 (trials, dimensions), NaN where inactive. objectives: float64 (trials,), NaN where there is none
    (failed), the metric's worst value where the trial diverged, and of a pruned one its curve's end. states: one per
    trial. epochs: int64 (trials,), how far each was trained. curves: float64 (trials, epochs), the searched metric
    after each epoch, NaN beyond. violations: float64 (trials,), how far each is from meeting `search.where`: 0 where it
    does or did not finish, infinite where it diverged. None: the search has no conditions. earlier: how many of the
    given rows are of other runs, which cannot be re-tested. runs: float64 (trials, most), the objective of each of a
    trial's trainings, NaN beyond its last, infinitely bad where a re-test came to nothing; objectives are their means.
    A re-test that was stopped for its time is left out; `stopped` says how many were. None: nothing was re-tested.
    outside: the numbers of its proposals that have no row, rising, because they lie outside the ranges of today: the
    file was changed while the search went on.
    """

    goal: Goal
    points: Array
    objectives: Array
    states: tuple[TrialState, ...]
    epochs: Array
    curves: Array
    given: int = 0
    violations: Array | None = None
    earlier: int = 0
    runs: Array | None = None
    stopped: int = 0
    outside: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.states)

    @property
    def proposed(self) -> int:
        """The number of points that the strategy has proposed, which is the index of its next one."""
        return len(self) - self.given + len(self.outside)

    def row(self, number: int) -> int:
        """The row of the strategy's own proposal of this number, or of the first after it that has one."""
        return self.given + number - bisect_left(self.outside, number)

    def which(self, state: TrialState) -> Array:
        """Which trials are in a state: bool (trials,)."""
        import numpy

        return numpy.fromiter(map(is_, self.states, repeat(state)), bool, len(self))

    @property
    def repeats(self) -> Array:
        """The number of trainings of each trial: int64 (trials,), 1 without re-tests."""
        import numpy

        repeats: Array = numpy.ones(len(self), dtype=numpy.int64)
        rows = self._retested()
        if self.runs is not None:
            repeats[rows] = (~numpy.isnan(self.runs[rows])).sum(1)
        return repeats

    @property
    def noise(self) -> float:
        """The standard deviation of one training's objective, measured by re-tests; 0.0 without any.

        `values.noise` in arrays, which in a loop over 100,000 trials would take longer than all else of a round.
        """
        import numpy

        if self.runs is None:
            return 0.0
        runs = self.runs[self._retested()]
        runs = runs[~numpy.isinf(runs).any(1)]
        counts = (~numpy.isnan(runs)).sum(1)
        apart = runs - (numpy.nansum(runs, 1) / counts)[:, None]
        freedom = int((counts - 1).sum())
        return sqrt(float(numpy.nansum(apart**2)) / freedom) if freedom else 0.0

    def _retested(self) -> Array:
        """The rows of trials that were trained more than once."""
        import numpy

        if self.runs is None or self.runs.shape[1] < 2:
            return numpy.empty(0, dtype=numpy.int64)
        return numpy.flatnonzero(~numpy.isnan(self.runs[:, 1]))

    @property
    def losses(self) -> Array:
        """Objectives turned so that lower is better.

        A trial that violates the conditions counts as worse than all that meet them, whatever its objective: by once
        their spread, and by its violation's share of that. So a model learns which way they lie.
        """
        losses = -self.objectives if self.goal == "maximize" else self.objectives
        return losses if self.violations is None else _behind(losses, self.violations)


def _behind(losses: Array, violations: Array) -> Array:
    """The losses, with trials that violate a condition after all others."""
    import numpy

    known = losses[(violations == 0) & numpy.isfinite(losses)]
    worst, best = (float(known.max()), float(known.min())) if len(known) else (0.0, 0.0)
    spread = worst - best or 1.0
    behind: Array = numpy.where(violations > 0, worst + spread * (1 + violations), losses)
    return behind
