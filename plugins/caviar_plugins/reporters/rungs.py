"""Rungs: how many trials of a round a pruner has kept, and how many epochs it will still let train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

from caviar.plugin import Trial


class Rungs:
    """Sees the epochs of a search. `at` gives the epochs at which the pruner decides on a trial; none without one.

    A pruner decides on a whole round: a rung is decided once one of its trials has ended there or trains beyond it.
    """

    def __init__(self, epochs: int, at: Callable[[int], tuple[int, ...]] = lambda trial: ()) -> None:
        self.trained = 0
        self._epochs, self._at = epochs, cache(at)
        self._reached = dict[int, int]()
        self._over = set[int]()
        self._kept, self._stood = 0, 0  # at all decided rungs of earlier rounds
        self._spent, self._trials = 0, 0  # epochs and trials of earlier rounds

    def epoch(self, trials: Iterable[int], epoch: int) -> None:
        """A population has trained an epoch."""
        for trial in trials:
            before = self._reached.get(trial, epoch - 1)
            self.trained += max(0, epoch - before)
            self._reached[trial] = max(epoch, before)

    def ended(self, trial: Trial) -> None:
        """A trial has ended."""
        self._reached[trial.index] = trial.epochs
        self._over.add(trial.index)

    def round_ended(self) -> None:
        """The next trials are another round's."""
        for _, stood, beyond in self._decided():
            self._kept, self._stood = self._kept + beyond, self._stood + stood
        self._spent, self._trials = self._spent + sum(self._reached.values()), self._trials + len(self._reached)
        self._reached.clear()
        self._over.clear()

    def alive(self) -> list[tuple[int, int]]:
        """The decided rungs of this round, each with the number of trials that trained beyond it."""
        return [(rung, beyond) for rung, _, beyond in self._decided()]

    def seen(self) -> int:
        """The number of trials of this round that have begun."""
        return len(self._reached)

    def left(self, trials: int) -> float | None:
        """The epochs that are still to be trained, with so many trials that have not ended; None while unknown.

        At rungs to come trials are expected to be kept as often as they were so far, and trials of later rounds to cost
        as much as those of earlier ones.
        """
        decided = {rung: (stood, beyond) for rung, stood, beyond in self._decided()}
        stood = self._stood + sum(each for each, _ in decided.values())
        kept = self._kept + sum(beyond for _, beyond in decided.values())
        if not stood and any(map(self._at, self._reached)):
            return None
        share = kept / stood if stood else 1.0
        going = {trial: epoch for trial, epoch in self._reached.items() if trial not in self._over}
        waiting = Counter(going.values())
        coming = 0.0
        for trial, epoch in going.items():
            chance = share if epoch in self._at(trial) else 1.0
            if epoch in decided and self._stops(epoch):
                chance = 1.0
            elif epoch in decided:  # paused, or kept and about to train
                stood, beyond = decided[epoch]
                chance = max(0.0, stood * self._share_before() - beyond) / waiting[epoch]
            coming += chance * self._expected(trial, epoch, share)
        if self._trials:
            each_trial = self._spent / self._trials
        elif self._reached:
            each_trial = (sum(self._reached.values()) + coming) / len(self._reached)
        else:
            each_trial = float(self._epochs)
        return coming + max(0, trials - len(going)) * each_trial

    def _expected(self, trial: int, epoch: int, share: float) -> float:
        """How many epochs a trial that goes on trains on average, where such a share is kept at each rung to come."""
        chance, total = 1.0, 0.0
        for rung in (*self._at(trial), self._epochs):
            if rung > epoch:
                total, epoch, chance = total + chance * (rung - epoch), rung, chance * share
        return total

    def _share_before(self) -> float:
        """The share of trials that was kept at rungs of earlier rounds."""
        return self._kept / self._stood if self._stood else 0.0

    def _stops(self, rung: int) -> bool:
        """Whether trials have ended there: a pruner that stops trials has then decided; one that pauses, not yet."""
        return any(self._reached[trial] == rung for trial in self._over)

    def _decided(self) -> list[tuple[int, int, int]]:
        """Rung, how many trials stood there, and how many train beyond it."""
        found = []
        for rung in sorted({rung for trial in self._reached for rung in self._at(trial)}):
            stood = {each: epoch for each, epoch in self._reached.items() if epoch >= rung and rung in self._at(each)}
            stops = self._stops(rung)
            beyond = sum(epoch > rung or (stops and trial not in self._over) for trial, epoch in stood.items())
            if beyond or stops:
                found.append((rung, len(stood), beyond))
        return found
