"""One search: a method on a task, as the engine would run it, and how its incumbent fared after each trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from time import process_time
from typing import Any

import numpy
from caviar.plugin import Array, History, Random, Retest, Space, Strategy, Trial, TrialState, ranked
from caviar.values.history import Goal

from benchmarks.search.tasks import Facts, Task


@dataclass(frozen=True)
class Setting:
    """How many trainings, and how many trials at once."""

    name: str
    trials: int
    round: int


SETTINGS = {each.name: each for each in (Setting("rounds", 160, 16), Setting("single", 100, 1))}


class Searcher(ABC):
    """A method at work on one task."""

    @abstractmethod
    def ask(self, count: int) -> Array:
        """Clipped points (count, dimensions)."""

    @abstractmethod
    def tell(self, objectives: Array) -> None:
        """What the points just asked for came to."""

    def doubted(self) -> tuple[int, ...]:
        """The trials to be trained once more after a round, from another seed."""
        return ()

    def tell_again(self, trials: Sequence[int], objectives: Array) -> None:  # noqa: B027  (only for those who doubt)
        """What they came to."""


class Ours(Searcher):
    """A strategy of Caviar's, called as the study loop calls it."""

    def __init__(self, strategy: Strategy, space: Space, goal: Goal, seed: int) -> None:
        self.strategy, self.space, self.goal = strategy, space, goal
        self.random = Random(seed).child("strategy")
        self.points = numpy.empty((0, len(space)))
        self.runs: list[list[float]] = []

    def ask(self, count: int) -> Array:
        new = self.space.clip(self.strategy.propose(self.space, self._past(), count, self.random))
        self.points = numpy.concatenate([self.points, new])
        return new

    def tell(self, objectives: Array) -> None:
        self.runs += [[objective] for objective in objectives.tolist()]

    def doubted(self) -> tuple[int, ...]:
        return self.strategy.retests(self.space, self._past(), self.random)

    def tell_again(self, trials: Sequence[int], objectives: Array) -> None:
        for trial, objective in zip(trials, objectives.tolist(), strict=True):
            self.runs[trial].append(objective)

    def _past(self) -> History:
        trials = len(self.runs)
        objectives = numpy.asarray([sum(runs) / len(runs) for runs in self.runs])
        return History(
            goal=self.goal,
            points=self.points,
            objectives=objectives,
            states=(TrialState.FINISHED,) * trials,
            epochs=numpy.ones(trials, dtype=numpy.int64),
            curves=objectives[:, None],
            runs=numpy.asarray(list(zip_longest(*self.runs, fillvalue=numpy.nan))).T if trials else None,
        )


def search(searcher: Searcher, task: Task, facts: Facts, setting: Setting, seed: int) -> Mapping[str, Any]:
    """Normalized regret of the incumbent after each training, and the seconds of processor time spent on proposing.

    The incumbent is the trial that the search would take from what it saw, one noisy value for each training, re-tests
    counted as well. Its regret is judged on the mean of all training seeds, 0 the task's best mean, 1 its median.
    """
    noise = numpy.random.default_rng([seed, 1])
    repeats = numpy.empty((0, 0))
    trained: list[tuple[int, float]] = []  # trial, objective

    def train(trials: Sequence[int]) -> Array:
        objectives: Array = repeats[trials, noise.integers(repeats.shape[1], size=len(trials))]
        trained.extend(zip(trials, objectives.tolist(), strict=True))
        return objectives

    spent = 0.0
    while (left := setting.trials - len(trained)) > 0:
        began = process_time()
        points = searcher.ask(min(setting.round, left))
        spent += process_time() - began
        found = task.repeats(points)
        repeats = numpy.concatenate([repeats.reshape(len(repeats), found.shape[1]), found])
        objectives = train(range(len(repeats) - len(points), len(repeats)))
        began = process_time()
        searcher.tell(objectives)
        doubted = searcher.doubted()[: setting.trials - len(trained)]
        spent += process_time() - began
        searcher.tell_again(doubted, train(doubted))
    means = task.sign * repeats.mean(1)
    regret = (means[_incumbents(trained, task.goal)] - facts.best) / (facts.median - facts.best)
    return {"regret": [round(float(value), 6) for value in regret], "seconds": spent}


def _incumbents(trained: Sequence[tuple[int, float]], goal: Goal) -> list[int]:
    """The winner after each training."""
    trials: list[Trial] = []
    winners = []
    for trial, objective in trained:
        if trial == len(trials):
            trials.append(Trial(trial, 0, (), {}, TrialState.FINISHED, objective=objective))
        else:
            again = Retest(0, TrialState.FINISHED, objective)
            trials[trial] = replace(trials[trial], retests=(*trials[trial].retests, again))
        winners.append(ranked(trials, goal)[0].index)
    return winners
