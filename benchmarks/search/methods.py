"""Every method by name: Caviar's strategies by their entry point's, other libraries' by library and sampler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

from caviar import Strategy
from caviar_plugins import CoarseToFine, GaussianProcess, RandomSearch, Sobol

from benchmarks.search import curves
from benchmarks.search.peers import OPTUNA, SMAC, Optuna
from benchmarks.search.searches import SETTINGS, Ours, Searcher, Setting, search
from benchmarks.search.tasks import Facts, Task, known_facts, load

Search: TypeAlias = Callable[[int], Mapping[str, Any]]  # seed -> what one search found

OURS: Mapping[str, Callable[[], Strategy]] = {
    "random": RandomSearch,
    "sobol": Sobol,
    "coarse-to-fine": CoarseToFine,
    "coarse-to-fine, no re-tests": lambda: CoarseToFine(retest=0.0),
    "gaussian-process": GaussianProcess,
}
NAMES = [*OURS, *OPTUNA, "smac"]


def searches(setting: str, shared: Path) -> Iterator[tuple[tuple[str, str], Search]]:
    """(method, task) and the search that measures it, for all of a setting."""
    if setting == "curves":
        for method, run in curves.METHODS.items():
            for name, task in _curves(shared).items():
                yield (method, name), partial(run, task)
        return
    facts = known_facts()
    for method in NAMES:
        for name, each in _tasks(shared).items():
            if facts[name].separates:
                yield (method, name), partial(_measure, method, each, facts[name], SETTINGS[setting])


_tasks, _curves = cache(load), cache(curves.load_curves)


def _measure(method: str, task: Task, facts: Facts, setting: Setting, seed: int) -> Mapping[str, Any]:
    return search(_searcher(method, task, seed), task, facts, setting, seed)


def _searcher(method: str, task: Task, seed: int) -> Searcher:
    if method in OURS:
        return Ours(OURS[method](), task.space, task.goal, seed)
    if method == "smac":
        return SMAC(task.space, task.goal, seed)
    return Optuna(method, task.space, task.goal, seed)
