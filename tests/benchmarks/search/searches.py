"""One search: a method on a task, as the engine would run it, and how its incumbent fared after each trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import process_time
from typing import Any, Protocol

import numpy
from caviar import Array, History, Random, Space, Strategy, TrialState
from caviar.values.history import Goal

from tests.benchmarks.search.tasks import Facts, Task


@dataclass(frozen=True)
class Setting:
    """How many trials, and how many of them at once."""

    name: str
    trials: int
    round: int


SETTINGS = {each.name: each for each in (Setting("rounds", 160, 16), Setting("single", 100, 1))}


class Searcher(Protocol):
    """A method at work on one task."""

    def ask(self, count: int) -> Array:
        """Clipped points (count, dimensions)."""

    def tell(self, objectives: Array) -> None:
        """What the points just asked for came to."""


class Ours:
    """A strategy of Caviar's, called as the study loop calls it."""

    def __init__(self, strategy: Strategy, space: Space, goal: Goal, seed: int) -> None:
        self.strategy, self.space, self.goal = strategy, space, goal
        self.random = Random(seed).child("strategy")
        self.points = numpy.empty((0, len(space)))
        self.objectives = numpy.empty(0)

    def ask(self, count: int) -> Array:
        trials = len(self.objectives)
        past = History(
            goal=self.goal,
            points=self.points,
            objectives=self.objectives,
            states=(TrialState.FINISHED,) * trials,
            epochs=numpy.ones(trials, dtype=numpy.int64),
            curves=self.objectives[:, None],
        )
        new = self.space.clip(self.strategy.propose(self.space, past, count, self.random))
        self.points = numpy.concatenate([self.points, new])
        return new

    def tell(self, objectives: Array) -> None:
        self.objectives = numpy.concatenate([self.objectives, objectives])


def search(searcher: Searcher, task: Task, facts: Facts, setting: Setting, seed: int) -> Mapping[str, Any]:
    """Normalized regret of the incumbent after each trial, and the seconds of processor time spent on proposing.

    The incumbent is the trial whose one noisy value is best; its regret is judged on the mean of all training seeds,
    0 the task's best mean, 1 its median.
    """
    noise = numpy.random.default_rng([seed, 1])
    seen, means = numpy.empty(0), numpy.empty(0)
    spent = 0.0
    while len(seen) < setting.trials:
        began = process_time()
        points = searcher.ask(min(setting.round, setting.trials - len(seen)))
        spent += process_time() - began
        repeats = task.repeats(points)
        objectives = repeats[numpy.arange(len(points)), noise.integers(repeats.shape[1], size=len(points))]
        began = process_time()
        searcher.tell(objectives)
        spent += process_time() - began
        seen = numpy.concatenate([seen, task.sign * objectives])
        means = numpy.concatenate([means, task.sign * repeats.mean(1)])
    leaders = [int(seen[: trial + 1].argmin()) for trial in range(len(seen))]
    regret = (means[leaders] - facts.best) / (facts.median - facts.best)
    return {"regret": [round(float(value), 6) for value in regret], "seconds": spent}
