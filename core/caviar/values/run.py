"""What observers receive about a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from caviar.values.arrays import Array
from caviar.values.assessment import Assessment
from caviar.values.class_decision import ClassDecision
from caviar.values.condition import Condition
from caviar.values.dimension import Space
from caviar.values.ensemble import Ensemble
from caviar.values.history import Goal
from caviar.values.run_facts import RunFacts
from caviar.values.trial import Trial, TrialState


@dataclass(frozen=True)
class Command:
    """The arguments of a command that shows a part of a run; `of_model`: it needs the run's model."""

    words: tuple[str, ...]
    about: str
    of_model: bool = False


@dataclass(frozen=True)
class RunInfo:
    """A run at its start: `total` trials requested, `resumed` of them done before, each trained for `epochs`.

    `best`: the best of the resumed ones. `space` puts values into words: `run.space.words(trial.values)`. `where`: the
    conditions that a winner meets. `notes`: what the user should know before it starts, such as which earlier trials
    it starts from. `kept`: whether the folder is still there after the run. `prints`: whether standard
    output is for what it came to, as it is for `pipe run`; a program's belongs to the program. `readable`: whether
    another program can read the folder; not where a plugin is a class of this program alone. `code`: the file of
    plugins that it needs for that. `commands`: what a command offers next; none where a program runs it. `predicts`:
    whether its best model predicts; not where the trainer reads no data, such as a function's or a program's.
    """

    name: str
    folder: Path
    total: int
    resumed: int
    epochs: int
    metric: str
    goal: Goal
    best: Trial | None = None
    space: Space = field(default_factory=lambda: Space(()))
    where: tuple[Condition, ...] = ()
    notes: tuple[str, ...] = ()
    kept: bool = True
    prints: bool = False
    readable: bool = True
    code: Path | None = None
    commands: tuple[Command, ...] = ()
    predicts: bool = True


@dataclass(frozen=True)
class EpochInfo:
    """A population after an epoch: its trials, the epoch reached, and their metrics by name."""

    trials: tuple[int, ...]
    epoch: int
    metrics: tuple[Mapping[str, float], ...]


@dataclass(frozen=True)
class Summary:
    """A run at its end: its trials, the best of them with its metrics (test part included), and the run's seconds.

    `stopped`: why the search ended before all trials that were wanted, None where it did not. `notes`: what else the
    user should know, such as that the winner's weights were lost and made again. `failure`: why there is no model of
    the best trial, None where there is one or no best trial. `decision`: of classes, the threshold and the confusion
    matrices of the best trial's model. `assessment`: that model beside its baselines; None where there is no model, or
    its trainer reads no data. `ensemble`: the model of several trials; None where none was made.
    """

    trials: tuple[Trial, ...]
    best: Trial | None
    seconds: float
    stopped: str | None = None
    notes: tuple[str, ...] = ()
    failure: str | None = None
    decision: ClassDecision | None = None
    assessment: Assessment | None = None
    ensemble: Ensemble | None = None

    def count(self, state: TrialState) -> int:
        """The number of trials that ended in a state."""
        return sum(trial.state is state for trial in self.trials)


class RunView(Protocol):
    """A recorded study, for reporters: what `caviar.open_run` gives to programs. Nothing is read until it is used.

    A hook that takes `view` may use it during the call, in the thread of the call.
    """

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every trial in order."""

    @property
    def best(self) -> Trial | None:
        """The best trial that has finished and meets `search.where`; None where there is none yet."""

    @property
    def importance(self) -> Mapping[str, float]:
        """The importance of each hyperparameter: path -> share; empty while fewer than 16 trials have finished."""

    @property
    def pipeline(self) -> Any:
        """The resolved pipeline."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything that the bits of its results depend on besides pipeline, seed and data: name -> version."""

    @property
    def metric(self) -> str:
        """The searched metric."""

    @property
    def goal(self) -> Goal:
        """Whether it is maximized or minimized."""

    def facts(self) -> RunFacts:
        """All that reports show, as plain values that stay valid after the call."""

    def curves(self, metric: str | None = None) -> Mapping[int, Array]:
        """A metric (None: the searched one) after each epoch: trial -> float64 (epochs). Raises Problem."""

    def curves_of(self, trial: int) -> Mapping[str, Array]:
        """Every metric of one trial after each epoch: name -> float64 (epochs). Raises Problem."""

    def all_curves(self) -> Mapping[str, Mapping[int, Array]]:
        """The curves of every metric: name -> trial -> float64 (epochs)."""

    def model(self, trial: int | None = None) -> Any:
        """The saved best model or that of a trial whose weights are kept, with `predict`. Raises Problem."""

    def to_pandas(self) -> Any:
        """A pandas.DataFrame with a row for each trial. Raises Problem without pandas."""

    def to_polars(self) -> Any:
        """A polars.DataFrame with a row for each trial. Raises Problem without polars."""

    def curves_to_pandas(self) -> Any:
        """A pandas.DataFrame with a row for each epoch of each trial. Raises Problem without pandas."""

    def curves_to_polars(self) -> Any:
        """A polars.DataFrame with a row for each epoch of each trial. Raises Problem without polars."""
