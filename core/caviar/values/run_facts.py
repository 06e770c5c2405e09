"""What is known about a run at one moment, for reports: plain values, with nothing left to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caviar.values.arrays import Array
from caviar.values.assessment import Assessment
from caviar.values.class_decision import ClassDecision
from caviar.values.dimension import Space
from caviar.values.ensemble import Ensemble
from caviar.values.evaluation import Evaluation
from caviar.values.history import Goal
from caviar.values.timeline import TimedPopulation
from caviar.values.trial import Trial


@dataclass(frozen=True)
class ColumnFacts:
    """An input column of so many training `rows`, of which `missing` have no value.

    `quantiles`: numbers in ascending order, each with the share of rows that are not above it; dates are seconds since
    1970. `words`: the rows of the most frequent words, `others` those of all others; None where it holds no words.
    """

    name: str
    kind: str
    rows: int
    missing: int
    quantiles: tuple[tuple[float, float], ...] = ()
    words: Mapping[str, int] | None = None
    others: int = 0


@dataclass(frozen=True)
class LeadersImportance:
    """The importance of each hyperparameter among the best trials alone: so many `trials`, and path -> share."""

    trials: int
    shares: Mapping[str, float]


@dataclass(frozen=True)
class RunFacts:
    """Trials by number, with all that reports show about them.

    `total`: the trials that the search asks for. `file`: the resolved pipeline as TOML. `scales` and `spans`: path ->
    the name of its sampler ("log") and its range in words. `defaults`: path -> the value that it takes where it is not
    searched, for those that have one within their range. `curves`: the searched metric after each epoch, trial ->
    float64 (epochs). `reached`: its last value, of pruned trials. `importance`: path -> share, empty while few trials
    have finished; `leaders` the same among the best alone. `columns`: those of the saved model, none before there is
    one. `advice`: sentences. `fingerprint`: of the data. `earlier`: the number of trials of other runs that it knew.
    `timeline`: the populations that workers trained, in the order of time; none where the store keeps no times.
    `code`: the files of plugins that it was made with; None where one is a class of a program.
    `evaluation`: what the winner predicts, summarized. `activations`: of the best trials that recorded them, trial ->
    name ("layer1.dead") -> float64 (epochs).
    `revalidations`: of each `pipe retest` the date, in ISO 8601, and its conclusion, the earliest first. `origins`: of
    each identity or number of epochs what it is, and the numbers of its trials; none where all trials have one.
    """

    name: str
    folder: Path
    metric: str
    goal: Goal
    total: int
    pipeline: Any
    file: str
    space: Space
    scales: Mapping[str, str]
    spans: Mapping[str, str]
    defaults: Mapping[str, Any]
    trials: tuple[Trial, ...]
    curves: Mapping[int, Array] = field(repr=False)
    reached: Mapping[int, float]
    best: Trial | None
    importance: Mapping[str, float]
    leaders: LeadersImportance | None
    assessment: Assessment | None
    ensemble: Ensemble | None
    decision: ClassDecision | None
    columns: tuple[ColumnFacts, ...]
    advice: tuple[str, ...]
    identity: Mapping[str, str]
    plugins: Mapping[str, str]
    fingerprint: str
    earlier: int = 0
    evaluation: Evaluation | None = None
    activations: Mapping[int, Mapping[str, Array]] = field(default_factory=dict, repr=False)
    revalidations: tuple[tuple[str, str], ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
    timeline: tuple[TimedPopulation, ...] = ()
    code: tuple[Path, ...] | None = ()

    @property
    def done(self) -> int:
        """The number of trials that have ended."""
        return sum(trial.state.done for trial in self.trials)
