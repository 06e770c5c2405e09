"""Pruners on real learning curves: regret of the best fully trained trial against epochs spent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import caviar_plugins
import numpy
from caviar.plugin import Array, Decision, Dimension, History, Pruner, Random, Space, Strategy, TrialState
from caviar_plugins import Log

from benchmarks.search.peers import suggestions
from benchmarks.search.tasks import LCBench, dimension, known_facts, load

FULL = 50  # trainings' worth of epochs, all in all


@dataclass(frozen=True)
class CurveTask(ABC):
    """One problem: losses (lower is better) after each epoch at points of a space."""

    name: str
    family: str
    space: Space
    epochs: int
    best: float
    median: float

    @abstractmethod
    def curves(self, points: Array) -> Array:
        """Clipped points (count, dimensions) -> losses (count, epochs), NaN where diverged."""


@dataclass(frozen=True)
class TaskSet(CurveTask):
    """A thousand configurations of Adam, met at the nearest one on the samplers' scales."""

    places: Array
    table: Array

    def curves(self, points: Array) -> Array:
        nearest = ((points[:, None] - self.places) ** 2).sum(2).argmin(1)
        found: Array = self.table[nearest]
        return found


@dataclass(frozen=True)
class LCBenchCurves(CurveTask):
    """The continuous function; its first epoch is useless and reads as the second."""

    task: LCBench

    def curves(self, points: Array) -> Array:
        found = self.task.surrogate.curves(self.task.name, self.task.configurations(points), range(2, self.epochs + 1))
        losses = found["val_cross_entropy"]
        return numpy.concatenate([losses[:, :1], losses], axis=1)


def load_curves(shared: Path) -> dict[str, CurveTask]:
    """Every task by name."""
    facts = known_facts()
    tasks: list[CurveTask] = [
        LCBenchCurves(name, "lcbench", task.space, 50, facts[name].best, facts[name].median, task)
        for name, task in load(shared).items()
        if isinstance(task, LCBench)
    ]
    return {task.name: task for task in [*tasks, *_taskset(shared)]}


def _taskset(shared: Path) -> list[TaskSet]:
    file = numpy.load(shared / "data" / "hpo" / "taskset.npz")
    columns = file["hp"].T
    dimensions: list[Dimension] = []
    for name, column in zip(file["hp_names"], columns, strict=True):
        # 1 - beta spans decades, as the others do; what TaskSet calls beta1 lies on that scale.
        values = 1 - column if str(name).startswith("beta") else column
        dimensions.append(dimension(str(name), Log(float(values[values > 0].min()), float(values.max()))))
    space = Space(tuple(dimensions))
    values = numpy.where([[str(name).startswith("beta")] for name in file["hp_names"]], 1 - columns, columns)
    places = numpy.stack(
        [
            each.sampler.to_unit(numpy.maximum(column, each.sampler.ends()[0]))  # type: ignore[attr-defined]
            for each, column in zip(dimensions, values, strict=True)
        ],
        axis=1,
    )
    found = []
    for key in file.files:
        if key.endswith(".valid"):
            table = numpy.where(numpy.isfinite(file[key]), file[key], numpy.nan).astype(numpy.float64)
            last = table[:, -1]
            best, median = float(numpy.nanmin(last)), float(numpy.median(numpy.nan_to_num(last, nan=numpy.inf)))
            name = key.removesuffix(".valid").removeprefix("FixedTextRNNClassification_imdb_")
            found.append(TaskSet(name, "taskset", space, table.shape[1], best, median, places, table))
    return found


class _Account:
    """Epochs spent, and the best fully trained trial after each spending."""

    def __init__(self, task: CurveTask) -> None:
        self.task, self.spent, self.lowest = task, 0, numpy.inf
        self.steps: list[tuple[int, float]] = []

    def pay(self, epochs: int, finals: Array) -> None:
        self.spent += epochs
        lowest = min([self.lowest, *finals[numpy.isfinite(finals)].tolist()])
        if lowest < self.lowest:
            self.lowest = lowest
            regret = (lowest - self.task.best) / (self.task.median - self.task.best)
            self.steps.append((self.spent, round(float(regret), 6)))

    @property
    def empty(self) -> bool:
        return self.spent >= FULL * self.task.epochs


def ours(strategy: Strategy, pruner: Pruner, task: CurveTask, seed: int, size: int = 16) -> Mapping[str, Any]:
    """Round after round as the engine runs them, until the epochs are spent."""
    account, random = _Account(task), Random(seed).child("strategy")
    points, epochs, curves = numpy.empty((0, len(task.space))), numpy.empty(0, int), numpy.empty((0, task.epochs))
    states: list[TrialState] = []
    while not account.empty:
        objectives = numpy.asarray(
            [
                numpy.inf if state is TrialState.DIVERGED else curve[epoch - 1]
                for state, curve, epoch in zip(states, curves, epochs, strict=True)
            ]
        )
        past = History("minimize", points, objectives, tuple(states), epochs, curves)
        new = task.space.clip(strategy.propose(task.space, past, size, random))
        whole = task.curves(new)
        trained, ended = _round(pruner, whole, range(len(points), len(points) + size), account)
        points, curves = numpy.concatenate([points, new]), numpy.concatenate([curves, whole])
        epochs, states = numpy.concatenate([epochs, trained]), [*states, *ended]
        curves = numpy.where(numpy.arange(task.epochs) < epochs[:, None], curves, numpy.nan)
    return {"steps": account.steps}


def _round(pruner: Pruner, curves: Array, numbers: range, account: _Account) -> tuple[Array, list[TrialState]]:
    """Rung by rung, as `caviar.engine.search.rounds`; a trial diverges where its curve ends."""
    last = curves.shape[1]
    epochs = numpy.zeros(len(curves), dtype=int)
    states = [TrialState.QUEUED] * len(curves)
    lengths = (~numpy.isnan(curves)).cumprod(1).sum(1)

    def milestone(row: int) -> int:
        return min([rung for rung in pruner.rungs(last, numbers[row]) if epochs[row] < rung < last], default=last)

    while going := [row for row, state in enumerate(states) if state is TrialState.QUEUED]:
        target = min(map(milestone, going))
        for row in going:
            if milestone(row) == target:
                reached = min(target, max(int(lengths[row]), 1))
                states[row] = TrialState.RUNNING if target < last else TrialState.FINISHED
                if lengths[row] < target:
                    states[row] = TrialState.DIVERGED
                finals = curves[row, -1:] if states[row] is TrialState.FINISHED else numpy.empty(0)
                account.pay(max(reached - int(epochs[row]), 0), finals)
                epochs[row] = max(reached, epochs[row])
        if target < last:
            seen = numpy.where(numpy.arange(last) < epochs[:, None], curves, numpy.nan)[:, :target]
            decisions = pruner.decide(seen, tuple(numbers), target, "minimize")
            for row, decision in enumerate(decisions):
                if states[row] in (TrialState.RUNNING, TrialState.PAUSED):
                    states[row] = _AFTER[decision]
    return epochs, [TrialState.PRUNED if state is TrialState.PAUSED else state for state in states]


_AFTER = {Decision.GO_ON: TrialState.QUEUED, Decision.PAUSE: TrialState.PAUSED, Decision.STOP: TrialState.PRUNED}


def optunas(task: CurveTask, seed: int) -> Mapping[str, Any]:
    """TPE with Hyperband, trial after trial, each told epoch by epoch."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    account = _Account(task)
    pruner = optuna.pruners.HyperbandPruner(min_resource=1, max_resource=task.epochs, reduction_factor=3)
    study = optuna.create_study(
        study_name=f"{task.name}-{seed}", sampler=optuna.samplers.TPESampler(seed=seed), pruner=pruner
    )
    distributions = suggestions(task.space)
    while not account.empty:
        trial = study.ask(distributions)
        curve = task.curves(task.space.clip(task.space.point(trial.params)[None]))[0]
        for epoch, value in enumerate(curve, 1):
            account.pay(1, curve[-1:] if epoch == task.epochs else numpy.empty(0))
            if not numpy.isfinite(value):
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                break
            trial.report(value, epoch)
            if epoch == task.epochs:
                study.tell(trial, value)
            elif trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
    return {"steps": account.steps}


def _searched(strategy: str, pruner: str, **settings: int) -> Callable[[CurveTask, int], Mapping[str, Any]]:
    def search(task: CurveTask, seed: int) -> Mapping[str, Any]:
        return ours(getattr(caviar_plugins, strategy)(), getattr(caviar_plugins, pruner)(**settings), task, seed)

    return search


def _in_one_round(task: CurveTask, seed: int) -> Mapping[str, Any]:
    """Early discarding as published: one epoch for as many random trials as leave the epochs of the best k."""
    pruner = caviar_plugins.TopK()
    rest = pruner.k * (task.epochs - pruner.first)
    return ours(caviar_plugins.RandomSearch(), pruner, task, seed, (FULL * task.epochs - rest) // pruner.first)


METHODS: dict[str, Callable[[CurveTask, int], Mapping[str, Any]]] = {
    "coarse-to-fine, hyperband": _searched("CoarseToFine", "Hyperband"),
    "gaussian-process, hyperband": _searched("GaussianProcess", "Hyperband"),
    "coarse-to-fine, successive-halving": _searched("CoarseToFine", "SuccessiveHalving"),
    "coarse-to-fine, median": _searched("CoarseToFine", "Median"),
    "coarse-to-fine, top-k": _searched("CoarseToFine", "TopK"),
    "coarse-to-fine, top-k after 3 epochs": _searched("CoarseToFine", "TopK", first=3),
    "gaussian-process, top-k": _searched("GaussianProcess", "TopK"),
    "random, hyperband": _searched("RandomSearch", "Hyperband"),
    "random, top-k": _searched("RandomSearch", "TopK"),
    "random, top-k in one round": _in_one_round,
    "optuna-tpe, optuna-hyperband": optunas,
}
