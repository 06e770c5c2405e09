"""The rows of a study in memory: read once, and changed together with the store's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import nan

from caviar.interfaces.store import Artifact, Changes, Curve, Ledger, StudyRecord
from caviar.values.trial import Trial


class Rows:
    """What a ledger holds. A change takes as long as it is large, however many trials there are.

    Reading 100,000 trials takes a second, and a search needs them several times a round. counted: the attempt of
    each trial whose curve counts. attempts: the highest that was started. curves: of the metrics requested so far.
    metrics: the names of metrics that are known so far, of finished trials and of curves that were added.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Reads all rows except for curves. Raises StoreError if one is damaged."""
        self.study: StudyRecord | None = ledger.study()
        self._trials = list(ledger.trials())
        self._places = {trial.index: place for place, trial in enumerate(self._trials)}
        self._retested = {trial.index for trial in self._trials if trial.retests}
        self.attempts = dict(ledger.attempts())
        self._counted = dict(self.attempts)
        self.artifacts: dict[int, Artifact] = dict(ledger.artifacts())
        self.curves: dict[str, dict[int, list[float]]] = {}
        self.assessment = ledger.assessment()
        self.metrics: tuple[str, ...] = _names((), (trial.metrics for trial in self._trials))

    def trials(self) -> tuple[Trial, ...]:
        """All trials in the order of their numbers, which a repaired study has with gaps."""
        return tuple(self._trials)

    def trial(self, number: int) -> Trial | None:
        """A trial; None if there is none of this number."""
        place = self._places.get(number)
        return None if place is None else self._trials[place]

    def retested(self) -> dict[int, Trial]:
        """The trials with re-tests, by their place among all, in order."""
        return {place: self._trials[place] for place in sorted(self._places[number] for number in self._retested)}

    def read_curves(self, metric: str, ledger: Ledger) -> None:
        """Reads one more metric. Raises StoreError if a curve is damaged."""
        self.curves[metric] = {trial: list(curve) for trial, curve in ledger.curves(metric).items()}

    def change(self, changes: Changes) -> None:
        """Makes these changes; making them twice is the same as making them once."""
        self.study = changes.study or self.study
        self.assessment = changes.assessment or self.assessment
        for trial in changes.trials.values():
            self._put(trial)
        for population in changes.populations:
            self.attempts |= population
        for metric, curves in self.curves.items():
            for number, attempt in changes.attempts.items():
                if attempt != self._counted.get(number):  # the curve of an earlier attempt counts no longer
                    curves.pop(number, None)
            for piece in changes.curves:
                _add(curves, piece, metric)
        self.metrics = _names(self.metrics, (piece.metrics.names for piece in changes.curves))
        self._counted |= changes.attempts
        self.attempts |= changes.attempts
        for number, artifact in changes.artifacts.items():
            if artifact is None:
                self.artifacts.pop(number, None)
            else:
                self.artifacts[number] = artifact

    def _put(self, trial: Trial) -> None:
        (self._retested.add if trial.retests else self._retested.discard)(trial.index)
        place = self._places.get(trial.index)
        if place is not None:
            self._trials[place] = trial
            return
        self._trials.append(trial)
        if len(self._trials) > 1 and self._trials[-2].index > trial.index:  # it fills a gap
            self._trials.sort(key=lambda each: each.index)
            self._places = {each.index: place for place, each in enumerate(self._trials)}
        else:
            self._places[trial.index] = len(self._trials) - 1


def _names(before: tuple[str, ...], more: Iterable[Collection[str]]) -> tuple[str, ...]:
    """All names, each once, in the order in which they came."""
    found = dict.fromkeys(before)
    for names in more:
        if not all(name in found for name in names):
            found |= dict.fromkeys(names)
    return tuple(found)


def _add(curves: dict[int, list[float]], piece: Curve, metric: str) -> None:
    """Continues a trial's curve, or replaces its end."""
    if metric not in piece.metrics.names:
        return
    first, column = piece.metrics.first, piece.metrics.names.index(metric)
    curve = curves.setdefault(piece.trial, [])
    curve.extend([nan] * (first - 1 - len(curve)))
    curve[first - 1 :] = piece.metrics.values[0, :, column].tolist()
