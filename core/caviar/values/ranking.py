"""Ranking: which trials of a study are the best, or why none is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf, isnan, nan, sqrt

from caviar.values.condition import Condition
from caviar.values.history import Goal
from caviar.values.noise import noise
from caviar.values.trial import Trial


def ranked(trials: Iterable[Trial], goal: Goal) -> list[Trial]:
    """The finished trials, and those that the time stopped in training, best first; equal ones by index.

    All that meet `search.where` stand before those that do not, which follow by how far they are from it.
    A trial counts as its mean over its trainings, worsened by that mean's standard error, noise / sqrt(trainings): one
    good training does not beat a leader that was re-tested. Where nothing was re-tested, the objective decides.
    """
    compared = [trial for trial in trials if trial.compared]
    spread = noise(trial.runs for trial in compared if trial.retests)

    def loss(trial: Trial) -> float:
        trainings = len(trial.runs) if trial.retests else 1
        return _loss(trial.judged, goal) + spread / sqrt(max(1, trainings))

    return sorted(compared, key=lambda trial: (trial.violation, loss(trial), trial.index))


def without_winner(trials: Iterable[Trial], goal: Goal, where: Sequence[Condition]) -> str:
    """The reason, in words, why there is no best trial: none has finished and meets `search.where`."""
    trials = tuple(trials)
    if not trials:
        return "no trial was proposed: the strategy found nothing to try"
    finished = ranked(trials, goal)
    if not finished:
        return "no trial finished: see `pipe results` for the reasons"
    nearest, off = finished[0], [each for each in where if each.violation(finished[0].metrics)]
    has = ", ".join(f"{each.metric} {nearest.metrics.get(each.metric, nan):.6g}" for each in off)
    return f"no trial meets {' and '.join(map(str, off))}: the nearest is trial {nearest.index}, with {has}"


def failures_of(trials: Iterable[Trial]) -> str:
    """What befell trials that have a reason, in one line: "4 trials failed: …"; the commonest reason stands for all."""
    told = Counter((trial.state, trial.reason) for trial in trials if trial.reason)
    if not told:
        return ""
    ((state, reason), many), *others = told.most_common()
    left = f"; {sum(number for _, number in others)} others ended for other reasons" if others else ""
    return f"{many} trial{'s' * (many > 1)} {state.value}: {reason}{left}"


def _loss(objective: float | None, goal: Goal) -> float:
    if objective is None or isnan(objective):
        return inf
    return -objective if goal == "maximize" else objective
