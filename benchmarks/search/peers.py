"""Other libraries' methods on the same spaces, through their own ask and tell."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy
from caviar.plugin import Array, Dimension, Space
from caviar.values.history import Goal
from caviar_plugins import Choice, Int, Log, LogInt

from benchmarks.search.searches import Searcher


class Optuna(Searcher):
    """An Optuna sampler: as many trials asked for as a round holds, then all told."""

    def __init__(self, sampler: str, space: Space, goal: Goal, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        self.space = space
        self.study = optuna.create_study(direction=goal, sampler=OPTUNA[sampler](optuna.samplers, seed))
        self.distributions = suggestions(space)
        self.asked: list[Any] = []

    def ask(self, count: int) -> Array:
        self.asked = [self.study.ask(self.distributions) for _ in range(count)]
        return self.space.clip(numpy.stack([self.space.point(trial.params) for trial in self.asked]))

    def tell(self, objectives: Array) -> None:
        for trial, objective in zip(self.asked, objectives.tolist(), strict=True):
            self.study.tell(trial, objective)


class SMAC(Searcher):
    """SMAC3's facade for hyperparameters (random forest, expected improvement), each configuration trained once."""

    def __init__(self, space: Space, goal: Goal, seed: int) -> None:
        from tempfile import mkdtemp

        from ConfigSpace import ConfigurationSpace  # type: ignore[import-not-found,unused-ignore]
        from smac import HyperparameterOptimizationFacade, Scenario  # type: ignore[import-not-found,unused-ignore]

        self.space, self.sign = space, -1 if goal == "maximize" else 1
        configurations = ConfigurationSpace(seed=seed)
        configurations.add([_hyperparameter(each) for each in space.dimensions])
        scenario = Scenario(
            configurations, deterministic=True, n_trials=10_000, seed=seed, output_directory=mkdtemp("smac")
        )
        # Its first design: as many trials as its authors' rule gives for a search of 160.
        design = HyperparameterOptimizationFacade.get_initial_design(scenario, n_configs=min(10 * len(space), 40))
        self.facade = HyperparameterOptimizationFacade(
            scenario, lambda config, seed: 0.0, initial_design=design, overwrite=True, logging_level=40
        )
        self.asked: list[Any] = []

    def ask(self, count: int) -> Array:
        self.asked = [self.facade.ask() for _ in range(count)]
        points = [self.space.point({name: _plain(v) for name, v in dict(each.config).items()}) for each in self.asked]
        return self.space.clip(numpy.stack(points))

    def tell(self, objectives: Array) -> None:
        from smac.runhistory.dataclasses import TrialValue  # type: ignore[import-not-found,unused-ignore]

        for trial, objective in zip(self.asked, objectives.tolist(), strict=True):
            self.facade.tell(trial, TrialValue(cost=self.sign * objective))


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _hyperparameter(dimension: Dimension) -> Any:
    from ConfigSpace import Categorical, Float, Integer  # type: ignore[import-not-found,unused-ignore]

    sampler: Any = dimension.sampler
    if isinstance(sampler, Choice):
        return Categorical(dimension.path, list(sampler.options))
    bounds = sampler.low, sampler.high
    if isinstance(sampler, Int | LogInt):
        return Integer(dimension.path, bounds, log=isinstance(sampler, LogInt))
    return Float(dimension.path, bounds, log=isinstance(sampler, Log))


OPTUNA: dict[str, Callable[[Any, int], Any]] = {
    "optuna-random": lambda samplers, seed: samplers.RandomSampler(seed=seed),
    "optuna-tpe": lambda samplers, seed: samplers.TPESampler(seed=seed),
    "optuna-tpe-liar": lambda samplers, seed: samplers.TPESampler(seed=seed, constant_liar=True),
    "optuna-cmaes": lambda samplers, seed: samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False),
    "optuna-gp": lambda samplers, seed: samplers.GPSampler(seed=seed, warn_independent_sampling=False),
}


def suggestions(space: Space) -> dict[str, Any]:
    """The space in Optuna's words."""
    return {each.path: _distribution(each) for each in space.dimensions}


def _distribution(dimension: Dimension) -> Any:
    from optuna import distributions

    sampler: Any = dimension.sampler
    if isinstance(sampler, Choice):
        return distributions.CategoricalDistribution(sampler.options)
    if isinstance(sampler, Int | LogInt):
        return distributions.IntDistribution(sampler.low, sampler.high, log=isinstance(sampler, LogInt))
    return distributions.FloatDistribution(sampler.low, sampler.high, log=isinstance(sampler, Log))
