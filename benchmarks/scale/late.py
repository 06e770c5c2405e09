"""What it costs a search to propose without the newest trials: regret on LCBench's tables."""

from __future__ import annotations

from pathlib import Path

import numpy
from caviar.plugin import Array
from caviar_plugins import CoarseToFine

from benchmarks.search.searches import Ours, Setting, search
from benchmarks.search.tasks import Facts, Task, known_facts, load

TRIALS = 256
SEEDS = 5


class Late(Ours):
    """A strategy that is asked before the `late` newest trials have ended, and does not know of them."""

    late: int = 0

    def ask(self, count: int) -> Array:
        points, runs = self.points, self.runs
        known = max(0, len(runs) - self.late)
        self.points, self.runs = points[:known], runs[:known]
        # From a stream of its own: by the number of known trials alone it would draw what an earlier round drew.
        random = self.random.child(len(runs))
        new = self.space.clip(self.strategy.propose(self.space, self._past(), count, random))
        self.points, self.runs = numpy.concatenate([points, new]), runs
        return new


def regrets(shared: Path, size: int, late: int) -> list[float]:
    """The normalized regret after all trials in rounds of this size: by table the mean over seeds."""
    facts, setting = known_facts(), Setting("scale", TRIALS, size)
    tasks = [task for task in load(shared).values() if task.family == "lcbench"]
    return [
        float(numpy.mean([_regret(late, task, facts[task.name], setting, seed) for seed in range(SEEDS)]))
        for task in tasks
    ]


def _regret(late: int, task: Task, facts: Facts, setting: Setting, seed: int) -> float:
    searcher = Late(CoarseToFine(retest=0.0), task.space, task.goal, seed)
    searcher.late = late
    return float(search(searcher, task, facts, setting, seed)["regret"][-1])
