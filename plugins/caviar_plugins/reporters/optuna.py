"""Optuna: trials in an Optuna storage, for optuna-dashboard and for Optuna's own functions."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, ClassVar

from caviar.plugin import Array, Dimension, RunInfo, RunView, Summary, Trial, TrialState, setting, study_id
from pydantic import PrivateAttr

from caviar_plugins.reporters.dimension_values import ends_of, options_of
from caviar_plugins.reporters.each_trial import EachTrial
from caviar_plugins.samplers.log import Log
from caviar_plugins.samplers.log_int import LogInt

_NUMBER, _STUDY = "caviar trial", "caviar study"
"""User attributes: Optuna numbers trials itself, in the order in which they end."""


class OptunaStorage(EachTrial, interface=1):
    """Writes a study into an Optuna storage: `optuna-dashboard` shows it, `optuna.load_study` reads it.

    A parameter is a hyperparameter's path, with its range as Optuna's distribution: log where the sampler is one, int,
    categorical for options. Intermediate values are those of the searched metric by epoch, from 1. Failed and
    diverged trials are FAIL. The user attributes have the trial's number here, its epochs, seconds, reason and metrics.

    `storage` is a URL that Optuna knows, such as "sqlite:///optuna.db", or a file for its journal; by default
    optuna.journal in the run's folder. `study` is the study's name, the run's by default. Optuna changes no trial that
    has ended: one that is trained again after all others failed alike is added as another.
    """

    requires: ClassVar[tuple[str, ...]] = ("optuna",)

    storage: str | None = setting(default=None)
    study: str | None = setting(default=None)

    _opened: Any = PrivateAttr(default=None)
    _study: Any = PrivateAttr(default=None)
    _known: dict[int, Any] = PrivateAttr(default_factory=dict)
    """The state of each trial that is there already, by its number here."""

    def begin(self, run: RunInfo, view: RunView) -> Container[int]:
        import optuna

        with _quiet():
            name, self._opened = self.study or run.name, self._storage(run)
            self._study = optuna.create_study(
                storage=self._opened, study_name=name, direction=run.goal, load_if_exists=True
            )
            known, ours = self._study.user_attrs.get(_STUDY), study_id(run.folder)
            if known is None and not self._study.get_trials(deepcopy=False):
                self._study.set_user_attr(_STUDY, ours)
                self._study.set_metric_names([run.metric])
            elif known != ours:
                raise ValueError(f"the storage has another study called '{name}'; give this one a name with study")
            found = self._study.get_trials(deepcopy=False)
            self._known = {each.user_attrs[_NUMBER]: each.state for each in found if _NUMBER in each.user_attrs}
            return self._known

    def write(self, run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> None:
        frozen = _frozen(run, trial, curves)
        if self._known.get(trial.index) == frozen.state:
            return  # it ended before a kill, which the study has lost since: it came to the same
        with _quiet():
            self._study.add_trial(frozen)
        self._known[trial.index] = frozen.state

    def finish(self, run: RunInfo, view: RunView, summary: Summary | None) -> None:
        if engine := getattr(self._opened, "engine", None):  # a database's; a journal is closed after each line
            engine.dispose()
        self._opened = self._study = None

    def _storage(self, run: RunInfo) -> Any:
        from optuna.storages import JournalStorage, RDBStorage
        from optuna.storages.journal import JournalFileBackend

        if self.storage and "://" in self.storage:
            return RDBStorage(self.storage)
        return JournalStorage(JournalFileBackend(self.storage or str(run.folder / "optuna.journal")))


def _frozen(run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> Any:
    """The trial as one of Optuna's."""
    from optuna.trial import FrozenTrial
    from optuna.trial import TrialState as State

    curve = enumerate(curves[run.metric].tolist() if run.metric in curves else (), 1)
    steps = {epoch: value for epoch, value in curve if isfinite(value)}
    value, state = trial.objective, State.COMPLETE
    if trial.state is TrialState.PRUNED:
        value, state = list(steps.values())[-1] if steps else None, State.PRUNED
    elif trial.state is not TrialState.FINISHED or value is None or not isfinite(value):
        value, state = None, State.FAIL
    placed = {path: _placed(run.space[path], found) for path, found in trial.values.items()}
    facts = {"epochs": trial.epochs, "seconds": round(trial.seconds, 3), "reason": trial.reason}
    numbers = {name: each for name, each in trial.metrics.items() if isfinite(each)}
    told = {name: each for name, each in {**facts, **numbers}.items() if each is not None}
    ended = datetime.now()
    return FrozenTrial(
        number=-1,  # Optuna gives it one, and an id
        trial_id=-1,
        state=state,
        value=value,
        datetime_start=ended - timedelta(seconds=trial.seconds),
        datetime_complete=ended,
        params={path: found for path, (_, found) in placed.items()},
        distributions={path: distribution for path, (distribution, _) in placed.items()},
        user_attrs={_NUMBER: trial.index, **told},
        system_attrs={},
        intermediate_values=steps,
    )


def _placed(dimension: Dimension, value: Any) -> tuple[Any, Any]:
    """The distribution of a dimension, and a value of it as Optuna takes it."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    sampler: Any = dimension.sampler
    if (options := options_of(dimension)) is not None:
        return CategoricalDistribution([_plain(sampler, each) for each in options]), _plain(sampler, value)
    low, high = ends_of(dimension)
    low, high = min(low, value), max(high, value)  # a resumed run may have another range
    log, step = isinstance(sampler, (Log, LogInt)), getattr(sampler, "step", None)
    if sampler.whole:
        return IntDistribution(low, high, log=log, step=1 if log or not step else step), value
    return FloatDistribution(low, high, log=log, step=None if log else step), value


def _plain(sampler: Any, option: Any) -> Any:
    """An option as Optuna's storages can hold it."""
    return option if option is None or isinstance(option, (bool, int, float, str)) else sampler.describe(option)


@contextmanager
def _quiet() -> Iterator[None]:
    import warnings

    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
