"""Pipeline: what one TOML file describes, as a declared value."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

from pydantic import Field, PrivateAttr, field_validator

from caviar.config.declaration.run_name import ALLOWED, is_run_name
from caviar.interfaces.backend import Backend
from caviar.interfaces.data import Data
from caviar.interfaces.executor import Executor
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.field import Many, setting
from caviar.interfaces.metric import Metric
from caviar.interfaces.model import Model
from caviar.interfaces.normalizer import Normalizer
from caviar.interfaces.optimizer import Optimizer
from caviar.interfaces.pruner import Pruner
from caviar.interfaces.regularizer import Regularizer
from caviar.interfaces.reporter import Reporter
from caviar.interfaces.schedule import Schedule
from caviar.interfaces.store import Store
from caviar.interfaces.strategy import Strategy
from caviar.interfaces.trainer import Trainer
from caviar.interfaces.transform import Transform
from caviar.interfaces.tunable import Each, Tunable
from caviar.registry.index import Registry, current
from caviar.registry.load import entry_of, load, name_of
from caviar.support.files import file_or_url
from caviar.values.condition import Condition
from caviar.values.history import Goal
from caviar.values.metric_name import MetricName
from caviar.values.task import TaskKind

_WARM = ("warm_start", "warm_start_from", "load_if_exists", "resume_from")


def _default(kind: str, name: str) -> Any:
    """A field whose default is a plugin, given by name, because core imports no plugin."""
    return Field(default_factory=lambda: load(kind, name)())


def _defaults(kind: str, *names: str) -> Any:
    return Field(default_factory=lambda: tuple(load(kind, name)() for name in names))


class OptunaStudy(Declared):
    """An Optuna study to start from.

    `storage` is its file (SQLite or journal) or its URL, `study` its name, which may be left out where there is only
    one. `names` says which path a parameter of another name means: `{ lr = "optimizer.learning_rate" }`.
    """

    storage: str | Path
    study: str | None = setting(default=None, also=("study_name",))
    names: dict[str, str] = {}


if TYPE_CHECKING:
    Source: TypeAlias = str | PathLike[str] | OptunaStudy
else:  # what has a path, as a study has, becomes one before it is checked
    Source = str | Path | OptunaStudy


class Search(Declared):
    """How the space is searched. `trials` is the total, `round` how many are proposed at once.

    `metric` None ("auto") is validation.accuracy or validation.r2; a metric plugin itself, such as a program's own, is
    measured on the validation part. `goal` is for a metric that does not say itself whether more of it is better.
    `tiers` adds the declared ranges of those tiers.

    `where`: conditions such as "validation.log_loss < 0.5"; a trial that ends without meeting all of them never wins.
    `patience`: proposes no further round after so many finished trials without a better one; 0 = off.
    `seconds`: trains nothing any more when the run has taken about so long, start to end; 0 = off. The same run again
    goes on for so long.
    `trial_seconds`: a trial that has trained for longer, its share of its population's time, is pruned; 0 = off.
    Then results depend on how fast the machine is; with `seconds` only how many of the trials there are.
    `baselines`: at the end a constant, a linear model and, where scikit-learn is installed, its histogram gradient
    boosting are trained, and shown beside the winner.
    `ensemble`: at the end so many times one of the best trials is drawn, to be the mean of whose predictions a second
    model; 0 = none.

    `start_from`: folders of earlier runs, or Optuna's studies, whose trials the strategy learns from.
    `points` are tried first: values by path; what a point leaves out takes its default.
    """

    strategy: Strategy = _default("strategy", "random")
    pruner: Pruner | None = None
    trials: int = setting(default=64, ge=1, also=("n_trials", "n_iter", "max_trials", "num_samples"))
    round: int = setting(default=16, ge=1, also=("batch", "n_startup_trials"))
    metric: str | Metric | None = setting(default=None, also=("objective", "monitor", "scoring"))
    goal: Goal | None = setting(default=None, also=("direction", "mode"))
    tiers: Many[int] = setting(default=(), ge=1, le=4)
    where: str | Many[str] = setting(default=(), also=("constraints", "constraints_func", "conditions"))
    patience: int = setting(default=0, ge=0, also=("early_stopping", "n_iter_no_change"))
    seconds: float = setting(default=0.0, ge=0, also=("timeout", "max_time", "time_budget", "max_runtime_secs"))
    trial_seconds: float = setting(default=0.0, ge=0, also=("time_limit", "max_seconds", "trial_timeout"))
    ensemble: int = setting(default=0, ge=0, also=("ensemble_size", "max_models", "ensemble_nbest"))
    baselines: bool = setting(default=True, also=("baseline", "compare_with"))

    start_from: Source | Many[Source] = setting(default=(), also=_WARM)
    points: Many[dict[str, Any]] = setting(default=(), also=("enqueue_trial", "points_to_evaluate", "x0"))

    @field_validator("metric", mode="after")
    @classmethod
    def _by_its_name(cls, metric: Any) -> Any:
        """Replaces a metric without own settings by its name, so that equal pipelines compare equal."""
        if isinstance(metric, Metric) and not type(metric).model_fields and entry_of(type(metric)):
            return str(MetricName("validation", name_of(type(metric))))
        return metric

    @field_validator("start_from", mode="after")
    @classmethod
    def _are_several(cls, start_from: Any) -> tuple[str | Path | OptunaStudy, ...]:
        sources = start_from if isinstance(start_from, tuple) else (start_from,)
        return tuple(file_or_url(each) if isinstance(each, str) else each for each in sources)

    @field_validator("where", mode="after")
    @classmethod
    def _are_conditions(cls, where: str | tuple[str, ...]) -> tuple[str, ...]:
        texts = (where,) if isinstance(where, str) else where
        for text in texts:
            Condition.parse(text)
        return texts

    @property
    def asked(self) -> str | None:
        """`metric` as `<part>.<name>`."""
        if isinstance(self.metric, Metric):
            return str(MetricName("validation", name_of(type(self.metric))))
        return self.metric

    def class_of(self, name: str) -> type[Metric]:
        """The class of a metric that exists: that of `metric` itself if it is called so. Raises PluginError."""
        if isinstance(self.metric, Metric) and name_of(type(self.metric)) == name:
            return type(self.metric)
        return cast(type[Metric], load("metric", name))

    @property
    def candidates(self) -> int:
        """The number of best trials that an ensemble is selected from; the engine keeps their weights."""
        return 2 * self.ensemble

    @property
    def sources(self) -> tuple[str | Path | OptunaStudy, ...]:
        """`start_from` as a list of sources."""
        return cast(tuple[str | Path | OptunaStudy, ...], self.start_from)  # validated

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """`where`, parsed."""
        return tuple(map(Condition.parse, self.where))


class Check(Declared):
    """`silence` names the rules of advice that this file turns off."""

    silence: Many[str] = setting(default=(), also=("ignore", "disable"))


class Pipeline(Declared):
    """Data, transforms, model, training and search. Fields that are `Tunable` may be a choice of plugins.

    `recipe` names a recipe, whose values take the place of defaults; None in a pipeline that has them.
    """

    name: str = "pipeline"
    recipe: str | None = setting(default=None, also=("preset", "template"))
    seed: int = setting(default=1, ge=0, also=("random_state", "random_seed"))
    backend: Backend | None = None
    transform: Many[Transform] = _defaults("transform", "dates", "impute", "one-hot", "standardize")
    data: Data | None = None
    model: Tunable[Model] = _default("model", "mlp")
    normalizer: Tunable[Normalizer] = _default("normalizer", "none")
    optimizer: Tunable[Optimizer] = _default("optimizer", "adam")
    schedule: dict[str, Each[Schedule]] = {}
    regularizer: Many[Each[Regularizer]] = ()
    trainer: Trainer = _default("trainer", "population")
    search: Search = Field(default_factory=Search)
    check: Check = Field(default_factory=Check)
    executor: Executor = _default("executor", "processes")
    store: Store = _default("store", "sqlite")
    reporter: Many[Reporter] = _defaults("reporter", "report", "progress")

    _registry: Registry = PrivateAttr(default_factory=current)
    _recipe_task: TaskKind | None = PrivateAttr(default=None)
    _trusted: bool = PrivateAttr(default=True)

    @property
    def registry(self) -> Registry:
        """The registry of the pipeline: names in it, and in its copies, refer to these plugins."""
        return self._registry

    @property
    def recipe_task(self) -> TaskKind | None:
        """The task for which a recipe's values were taken, where the data's head has shown it; else None."""
        return self._recipe_task

    @property
    def trusted(self) -> bool:
        """Whether the programs that it names may be started: not those of a file, unless the user says so."""
        return self._trusted

    def trusting(self, trust: bool = True) -> Self:
        """The same pipeline, whose programs may be started, or may not."""
        copy = self.model_copy()
        copy._trusted = trust
        return copy

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if not is_run_name(name):
            raise ValueError(f"names the run's folder: {ALLOWED}")
        return name
