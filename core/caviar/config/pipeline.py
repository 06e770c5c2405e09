"""Pipeline: what one TOML file describes, as a declared value."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from caviar.interfaces.backend import Backend
from caviar.interfaces.data import Data
from caviar.interfaces.executor import Executor
from caviar.interfaces.field import Each, Tunable, setting
from caviar.interfaces.model import Model
from caviar.interfaces.normalizer import Normalizer
from caviar.interfaces.optimizer import Optimizer
from caviar.interfaces.plugin import Declared
from caviar.interfaces.pruner import Pruner
from caviar.interfaces.regularizer import Regularizer
from caviar.interfaces.reporter import Reporter
from caviar.interfaces.schedule import Schedule
from caviar.interfaces.store import Store
from caviar.interfaces.strategy import Strategy
from caviar.interfaces.trainer import Trainer
from caviar.interfaces.transform import Transform
from caviar.registry.load import load
from caviar.values.history import Goal


def _default(kind: str, name: str) -> Any:
    """A field that is another plugin by name when the file does not say: core itself imports no plugin."""
    return Field(default_factory=lambda: load(kind, name)())


def _defaults(kind: str, *names: str) -> Any:
    return Field(default_factory=lambda: tuple(load(kind, name)() for name in names))


class Search(Declared):
    """How the space is searched. `trials` is the total, `round` how many are proposed at once.

    `metric` None ("auto") is validation.accuracy or validation.r2. `goal` is for a metric that does not say itself
    whether more of it is better. `tiers` adds the declared ranges of those tiers.
    """

    strategy: Strategy = _default("strategy", "random")
    pruner: Pruner | None = None
    trials: int = setting(default=64, ge=1, also=("n_trials", "n_iter", "max_trials", "num_samples"))
    round: int = setting(default=16, ge=1, also=("batch", "n_startup_trials"))
    metric: str | None = setting(default=None, also=("objective", "monitor", "scoring"))
    goal: Goal | None = setting(default=None, also=("direction", "mode"))
    tiers: tuple[int, ...] = setting(default=(), ge=1, le=4)


class Check(Declared):
    """`silence` names the rules of advice that this file knows better than."""

    silence: tuple[str, ...] = setting(default=(), also=("ignore", "disable"))


class Pipeline(Declared):
    """Data, transforms, model, training and search. Fields that are `Tunable` may be a choice of plugins."""

    name: str = "pipeline"
    seed: int = setting(default=1, ge=0, also=("random_state", "random_seed"))
    backend: Backend | None = None
    transform: tuple[Transform, ...] = _defaults("transform", "impute", "one-hot", "standardize")
    data: Data | None = None
    model: Tunable[Model] = _default("model", "mlp")
    normalizer: Tunable[Normalizer] = _default("normalizer", "none")
    optimizer: Tunable[Optimizer] = _default("optimizer", "adam")
    schedule: dict[str, Each[Schedule]] = {}
    regularizer: tuple[Each[Regularizer], ...] = ()
    trainer: Trainer = _default("trainer", "population")
    search: Search = Field(default_factory=Search)
    check: Check = Field(default_factory=Check)
    executor: Executor = _default("executor", "processes")
    store: Store = _default("store", "sqlite")
    reporter: tuple[Reporter, ...] = _defaults("reporter", "progress")

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or "." in (name[0], name[-1]):
            raise ValueError("names the run's folder: letters, digits, '-', '_' and, inside, '.'")
        return name
