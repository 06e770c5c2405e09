"""What it costs a search to propose without the newest trials: regret on LCBench's tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy
from caviar.plugin import History, TrialState
from caviar_plugins import CoarseToFine

from benchmarks.search.searches import Ours, Setting, search
from benchmarks.search.tasks import Facts, Task, known_facts, load

TRIALS = 256
SEEDS = 5


class Late(Ours):
    """A strategy that is asked before the `late` newest trials have ended: they have points, and no results."""

    late: int = 0

    def _past(self) -> History:
        past = super()._past()
        known = max(0, len(past) - self.late)
        unknown = numpy.arange(len(past)) >= known
        return replace(
            past,
            objectives=numpy.where(unknown, numpy.nan, past.objectives),
            curves=numpy.where(unknown[:, None], numpy.nan, past.curves),
            states=(*past.states[:known], *(TrialState.FAILED for _ in range(len(past) - known))),
            runs=None,
        )


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
