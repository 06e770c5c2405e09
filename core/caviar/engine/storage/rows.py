"""The rows of a study in memory: read once, and changed together with the store's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import TypeVar

from caviar.interfaces.store import Artifact, Changes, Ledger, StudyRecord
from caviar.values.trial import Trial

T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """What a ledger holds at one moment; a change makes a new object, so earlier answers stay as they were.

    A round of a search needs all trials several times, and reading 100,000 takes a second. counted: the attempt of
    each trial whose curve counts. attempts: the highest that was started. curves: of the metrics requested so far.
    metrics: the names of metrics that are known so far, of finished trials and of curves that were added.
    """

    study: StudyRecord | None
    trials: Mapping[int, Trial]
    counted: Mapping[int, int]
    attempts: Mapping[int, int]
    artifacts: Mapping[int, Artifact]
    curves: Mapping[str, Mapping[int, Sequence[float]]]
    assessment: str | None = None
    metrics: tuple[str, ...] = ()

    @classmethod
    def read(cls, ledger: Ledger) -> Rows:
        """Reads all rows, and the curves of the searched metric. Raises StoreError if one is damaged."""
        study, trials, attempts = ledger.study(), ledger.trials(), ledger.attempts()
        curves = {} if study is None else {study.metric: ledger.curves(study.metric)}
        rows = {trial.index: trial for trial in trials}
        names = _names(tuple(curves), (trial.metrics for trial in trials))
        return cls(study, rows, attempts, attempts, ledger.artifacts(), curves, ledger.assessment(), names)

    def after(self, changes: Changes) -> Rows:
        """The rows with these changes."""
        begun = {trial: number for each in changes.populations for trial, number in each.items()}
        artifacts = _with(self.artifacts, changes.artifacts)
        return Rows(
            changes.study or self.study,
            _with(self.trials, changes.trials),
            _with(self.counted, changes.attempts),
            _with(self.attempts, {**begun, **changes.attempts}),
            {trial: artifact for trial, artifact in artifacts.items() if artifact is not None},
            {metric: self._continued(metric, curves, changes) for metric, curves in self.curves.items()},
            changes.assessment or self.assessment,
            _names(self.metrics, (piece.metrics.names for piece in changes.curves)),
        )

    def with_curves(self, metric: str, curves: Mapping[int, Sequence[float]]) -> Rows:
        """The rows with the curves of one more metric."""
        return replace(self, curves={**self.curves, metric: curves})

    def _continued(
        self, metric: str, curves: Mapping[int, Sequence[float]], changes: Changes
    ) -> Mapping[int, Sequence[float]]:
        if not changes.attempts:
            return curves
        found = dict(curves)
        for trial, attempt in changes.attempts.items():
            if attempt != self.counted.get(trial):  # the curve of an earlier attempt counts no longer
                found.pop(trial, None)
        for piece in changes.curves:
            if metric in piece.metrics.names:
                first, column = piece.metrics.first, piece.metrics.names.index(metric)
                before = found.get(piece.trial, ())[: first - 1]
                missing = [nan] * (first - 1 - len(before))
                found[piece.trial] = [*before, *missing, *piece.metrics.values[0, :, column].tolist()]
        return found


def _names(before: tuple[str, ...], more: Iterable[Collection[str]]) -> tuple[str, ...]:
    """All names, each once, in the order in which they came."""
    found = dict.fromkeys(before)
    for names in more:
        if not all(name in found for name in names):
            found |= dict.fromkeys(names)
    return tuple(found)


def _with(before: Mapping[int, T], more: Mapping[int, T]) -> Mapping[int, T]:
    return {**before, **more} if more else before
