"""Trials: one point each, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from math import isnan
from typing import Any

from caviar.values.metric_name import MetricName


class TrialState(StrEnum):
    """The state of a trial.

    Queued: to be trained, or trained further. Running: trained to a rung, and waiting for the decision. Paused by the
    pruner: may continue later. `diverged` is a result (the worst one), `failed` a recorded error.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    PRUNED = "pruned"
    FAILED = "failed"
    DIVERGED = "diverged"

    @property
    def done(self) -> bool:
        """Whether the trial has ended."""
        return self not in (TrialState.QUEUED, TrialState.RUNNING, TrialState.PAUSED)


@dataclass(frozen=True)
class Retest:
    """One more training of a finished trial: the same values, data and split, another seed, all epochs, no pruner.

    `round`: the one after which it was asked for. `objective`, None while it is queued, is infinitely bad where the
    training diverged or failed: a trial that works only with some seeds cannot lead. It stays None, and the re-test
    does not count, where the training exceeded its time (`search.trial_seconds`): its state is then pruned. `trace` is
    Python's traceback where it failed.
    """

    round: int
    state: TrialState = TrialState.QUEUED
    objective: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None
    trace: str | None = None


@dataclass(frozen=True)
class Trial:
    """One proposed point: coordinates as proposed, exact values by path, and the result so far.

    `metrics` holds the final value of each metric by name ("validation.accuracy"), `objective` the searched one. Where
    `search.seconds` ended the search while it was trained, `objective` is that of the epoch it has reached.
    `violation` says how far a finished trial is from meeting `search.where`: 0.0 where it does, infinite where it
    diverged. `reason` says why it failed, diverged or was stopped, `trace` is Python's traceback where it failed.
    `seconds` is the time it was trained, its share of its populations'; of two equal trials it may differ.
    All these are those of its first training, which is also the one whose weights are kept; then come its `retests`.
    `killed` counts the runs in a row that ended without it: its worker processes were killed from outside, or alone in
    its round it found no memory. `origins`: those under which it was trained, by their places in its study's; several
    where it went on, or was trained again, under another.
    """

    index: int
    round: int
    point: tuple[float, ...]
    values: Mapping[str, Any]
    state: TrialState = TrialState.QUEUED
    epochs: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    objective: float | None = None
    reason: str | None = None
    violation: float = 0.0
    seconds: float = field(default=0.0, compare=False)
    retests: tuple[Retest, ...] = ()
    killed: int = field(default=0, compare=False)
    trace: str | None = None
    origins: tuple[int, ...] = ()

    @property
    def runs(self) -> tuple[float, ...]:
        """The objective of each of its trainings, in order."""
        objectives = self.objective, *(each.objective for each in self.retests)
        return tuple(each for each in objectives if each is not None)

    @property
    def judged(self) -> float | None:
        """The value that ranks it: the mean objective of its trainings."""
        if not self.retests:
            return self.objective
        runs = self.runs
        return sum(runs) / len(runs) if runs else None

    def over_folds(self, metric: str) -> float | None:
        """The standard deviation over folds of a metric of the validation part; None without folds."""
        return self.metrics.get(str(MetricName.parse(metric).deviation))

    def _repr_html_(self) -> str:
        """A table for notebooks: how it ended, its values and its metrics."""
        told = {"state": self.state.value, "objective": self.judged, **self.values, **self.metrics}
        lines = (f"<tr><th>{escape(name)}</th><td>{escape(_words(value))}</td></tr>" for name, value in told.items())
        return f"<table><caption>trial {self.index}</caption>{''.join(lines)}</table>"

    @property
    def anew(self) -> Trial:
        """The trial as it was proposed, not trained."""
        return Trial(self.index, self.round, self.point, self.values)

    @property
    def outside(self) -> bool:
        """Whether it lies outside the ranges that the study has now: it keeps its result and guides nothing."""
        return bool(self.point) and all(map(isnan, self.point))

    @property
    def compared(self) -> bool:
        """Whether it ranks: it has finished, or the time ended the search while it was trained."""
        return self.state is TrialState.FINISHED or (not self.state.done and self.objective is not None)

    @property
    def feasible(self) -> bool:
        """Whether the trial may win: it ranks, and meets `search.where`."""
        return self.compared and self.objective is not None and not self.violation


def _words(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
