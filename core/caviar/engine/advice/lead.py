"""Leads: tests whether a trial is better than others by more than the noise."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt
from statistics import pstdev

from caviar.values.history import Goal
from caviar.values.noise import noise
from caviar.values.ranking import ranked
from caviar.values.trial import Trial

_LEADERS = 4
"""A quarter of the others, and at least so many, are their leaders."""


def leads(best: Trial, others: Sequence[Trial], trials: Sequence[Trial], goal: Goal) -> bool:
    """Whether `best` beats the best of `others`, feasible trials, by more than the noise.

    Where trials were re-tested, the noise is two standard errors of the difference of the two means, with the noise of
    one training pooled over all `trials`. Else it is unknown, and the standard deviation of the leaders among the
    others replaces it: they differ by their values and by their seeds, so it is rather too large than too
    small. With fewer than two others there is nothing to compare with.
    """
    found = [trial for trial in ranked(others, goal) if trial.judged is not None and isfinite(trial.judged)]
    if len(found) < 2 or best.judged is None:
        return False
    runner_up, judged = found[0], [trial.judged for trial in found if trial.judged is not None]
    lead = best.judged - judged[0] if goal == "maximize" else judged[0] - best.judged
    spread = noise(trial.runs for trial in trials)
    if spread:
        return lead > 2 * spread * sqrt(1 / len(best.runs) + 1 / len(runner_up.runs))
    return lead > pstdev(judged[: max(_LEADERS, len(judged) // 4)])
