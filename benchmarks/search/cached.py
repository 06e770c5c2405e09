"""What the cache holds: searches by method, task and seed, as regret over trials or epochs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy
from caviar.plugin import Array

from benchmarks.search import curves

Runs: TypeAlias = dict[str, dict[int, Any]]  # task -> seed -> what one search found

SHARES = numpy.linspace(1 / 64, 1, 64)  # of the epochs


def runs_of(folder: Path) -> Runs:
    """All searches of a method."""
    runs: Runs = {}
    for file in sorted(folder.glob("*.json")):
        task, seed = file.stem.rsplit("-", 1)
        runs.setdefault(task, {})[int(seed)] = json.loads(file.read_text())
    return runs


def complete(runs: dict[str, Runs]) -> dict[str, Runs]:
    """Without the methods that have not been on every task yet."""
    most = max(len(each) for each in runs.values())
    return {name: each for name, each in runs.items() if len(each) == most}


def by_trial(runs: Runs) -> dict[str, Array]:
    """Regret after each trial: task -> (seeds, trials)."""
    return {task: numpy.asarray([run["regret"] for run in seeds.values()]) for task, seeds in runs.items()}


def by_share(runs: Runs) -> dict[str, Array]:
    """Regret after each share of the epochs, 1 before anyone was fully trained: task -> (seeds, shares)."""
    tasks = {}
    for task, seeds in runs.items():
        epochs = curves.FULL * (51 if is_taskset(task) else 50)
        rows = []
        for run in seeds.values():
            spent = numpy.asarray([0, *(step[0] for step in run["steps"])])
            regret = numpy.asarray([1.0, *(min(step[1], 1.0) for step in run["steps"])])
            rows.append(regret[numpy.searchsorted(spent, SHARES * epochs, side="right") - 1])
        tasks[task] = numpy.asarray(rows)
    return tasks


def is_taskset(task: str) -> bool:
    """Whether a task of the curves is TaskSet's; the others are LCBench's."""
    return "_" in task


def mean(regret: Mapping[str, Array]) -> Array:
    """Over tasks, of the mean over seeds."""
    means: Array = numpy.mean([values.mean(0) for values in regret.values()], axis=0)
    return means


def interval(regret: Mapping[str, Array]) -> tuple[Array, Array]:
    """95 % of the mean over tasks, seeds drawn anew within each task."""
    generator = numpy.random.default_rng(0)
    draws = [values[generator.integers(len(values), size=(1000, len(values)))].mean(1) for values in regret.values()]
    low, high = numpy.quantile(numpy.mean(draws, axis=0), [0.025, 0.975], axis=0)
    return low, high
