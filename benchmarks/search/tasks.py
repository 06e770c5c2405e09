"""The tasks: tables of real training runs, and LCBench as a continuous function, over spaces of our own samplers."""

from __future__ import annotations

import importlib.util
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
from caviar.plugin import Array, Dimension, Space
from caviar.values.history import Goal
from caviar_plugins import Choice, Int, Log, LogInt, Uniform

SHARED = Path(__file__).parents[3] / "shared"
FACTS = Path(__file__).with_name("tasks.json")
RANDOM_TRIALS = 160


def dimension(path: str, sampler: Any) -> Dimension:
    """A dimension as the engine makes it of a sampler."""
    return Dimension(path, sampler, ordered=sampler.ordered, levels=sampler.levels())


@dataclass(frozen=True)
class Task(ABC):
    """One problem: `repeats` gives what each training seed came to at a point."""

    name: str
    family: str
    goal: Goal
    space: Space

    @abstractmethod
    def repeats(self, points: Array) -> Array:
        """Clipped points (count, dimensions) -> objectives (count, training seeds)."""

    @property
    def sign(self) -> int:
        """Turns objectives so that lower is better."""
        return -1 if self.goal == "maximize" else 1


@dataclass(frozen=True)
class Grid(Task):
    """A full grid, met at its nearest level on each sampler's scale."""

    levels: tuple[Array, ...]
    table: Array

    def repeats(self, points: Array) -> Array:
        cells = [abs(column[:, None] - levels).argmin(1) for column, levels in zip(points.T, self.levels, strict=True)]
        found: Array = self.table[tuple(cells)]
        return found


@dataclass(frozen=True)
class LCBench(Task):
    """Cross-entropy on the validation part after 50 epochs: a smooth model of real runs, without noise."""

    surrogate: Any
    epochs: int = 50

    def repeats(self, points: Array) -> Array:
        found: Array = self.surrogate(self.name, self.configurations(points), epoch=self.epochs)["val_cross_entropy"]
        return found[:, None]

    def configurations(self, points: Array) -> Array:
        """Points as the surrogate reads them."""
        columns = [each.sampler.from_unit(column) for each, column in zip(self.space.dimensions, points.T, strict=True)]
        return numpy.stack(columns, axis=1)


def load(shared: Path = SHARED) -> dict[str, Task]:
    """Every task by name."""
    tasks: list[Task] = [*_grids(shared, "fcnet", "minimize"), *_grids(shared, "hpobench_mlp", "maximize")]
    tasks += _lcbench(shared)
    return {task.name: task for task in tasks}


def _grids(shared: Path, family: str, goal: Goal) -> list[Task]:
    file = numpy.load(shared / "data" / "hpo" / f"{family}.npz")
    about = json.loads(str(file["space"]))
    dimensions, levels = [], []
    for name, values in about["params"].items():
        sampler = _sampler(name, values, name in about["log"])
        dimensions.append(dimension(name, sampler))
        numbers = numpy.asarray([sampler.number(value) for value in values], dtype=numpy.float64)
        levels.append(sampler.to_unit(numbers))
    space = Space(tuple(dimensions))
    return [
        Grid(name, family, goal, space, tuple(levels), file[name].astype(numpy.float64))
        for name in file.files
        if name != "space"
    ]


def _sampler(name: str, values: list[Any], log: bool) -> Any:
    if isinstance(values[0], str):
        return Choice(tuple(values))
    if isinstance(values[0], int):
        return LogInt(values[0], values[-1]) if log else Int(values[0], values[-1])
    return Log(values[0], values[-1]) if log else Uniform(values[0], values[-1])


def surrogate_module(shared: Path) -> ModuleType:
    """The shared tool, which is no package."""
    spec = importlib.util.spec_from_file_location("lcbench_surrogate", shared / "tools" / "lcbench_surrogate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lcbench(shared: Path) -> list[Task]:
    module = surrogate_module(shared)
    surrogate = module.Surrogate(shared / "data" / "hpo" / "lcbench_surrogate.npz")
    samplers = {(True, True): LogInt, (True, False): Log, (False, True): Int, (False, False): Uniform}
    space = Space(
        tuple(
            dimension(name, samplers[log, whole](low, high))
            for name in surrogate.names
            for low, high, log, whole in [module.SPACE[name]]
        )
    )
    return [LCBench(name, "lcbench", "minimize", space, surrogate) for name in surrogate.tasks]


@dataclass(frozen=True)
class Facts:
    """What regret is measured against: objectives turned so that lower is better, and whether the task counts."""

    best: float
    median: float
    deviation: float
    """One training seed's, among the best hundredth of configurations."""
    random_gap: float
    """How far from the best random search ends after 160 trials, mean of 50 searches."""

    @property
    def separates(self) -> bool:
        return self.random_gap > self.deviation


def known_facts() -> dict[str, Facts]:
    """The facts as they were fixed before any strategy was measured."""
    return {name: Facts(**facts) for name, facts in json.loads(FACTS.read_text()).items()}


def fix_facts(tasks: dict[str, Task]) -> None:
    """Writes tasks.json."""
    facts = {name: vars(_facts(task)) for name, task in tasks.items()}
    FACTS.write_text(json.dumps(facts, indent=1) + "\n")


def _facts(task: Task) -> Facts:
    if isinstance(task, Grid):
        values = task.sign * task.table.reshape(-1, task.table.shape[-1])
    else:
        points = numpy.random.default_rng(0).random((40_000, len(task.space)))
        values = task.sign * task.repeats(points)
    means = values.mean(1)
    best = float(means.min()) if isinstance(task, Grid) else _climb(task, points[means.argsort()[:20]])
    deviation = 0.0
    if values.shape[1] > 1:
        leaders = values[means <= numpy.quantile(means, 0.01)]
        deviation = float(numpy.sqrt(leaders.var(1, ddof=1).mean()))
    ends = [_random_search(task, seed) for seed in range(50)]
    return Facts(best, float(numpy.median(means)), deviation, float(numpy.mean(ends)) - best)


def _random_search(task: Task, seed: int) -> float:
    generator = numpy.random.default_rng(seed)
    found = task.sign * task.repeats(generator.random((RANDOM_TRIALS, len(task.space))))
    seen = found[numpy.arange(RANDOM_TRIALS), generator.integers(found.shape[1], size=RANDOM_TRIALS)]
    return float(found.mean(1)[seen.argmin()])


def _climb(task: Task, starts: Array) -> float:
    """The least mean reachable by shrinking random steps from each start."""
    generator = numpy.random.default_rng(1)
    ends = []
    for start in starts:
        place, value = start, numpy.inf
        for width in numpy.geomspace(0.3, 1e-3, 60):
            moved = generator.random((200, len(start))) < 0.5
            near = numpy.clip(place + moved * generator.normal(0, width, (200, len(start))), 0, 1)
            values = task.sign * task.repeats(near).mean(1)
            if values.min() < value:
                place, value = near[values.argmin()], values.min()
        ends.append(float(value))
    return min(ends)
