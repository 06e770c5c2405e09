"""Tracks a run's progress: trials done, the best so far, the time left."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from caviar.plugin import EpochInfo, RunInfo, Scores, Trial, ranked

from caviar_plugins.reporters.wording import count, duration


class Tracker:
    """Counts epochs, so that progress is visible while the first population trains.

    `comparing`: the search is over, and baselines are trained.
    """

    def __init__(self, run: RunInfo, now: Callable[[], float] = monotonic) -> None:
        self.run, self.done, self.best = run, run.resumed, run.best
        self.comparing = False
        self._now = now
        self._since: tuple[float, int] | None = None
        self._training: dict[int, int] = {}
        self._again = set[int]()

    def epoch(self, epoch: EpochInfo) -> None:
        """Counts an epoch of a population."""
        self._training.update(dict.fromkeys(epoch.trials, epoch.epoch))
        self._since = self._since or (self._now(), self._epochs())  # libraries are loaded by then, kernels compiled

    def ended(self, trial: Trial) -> None:
        """Counts a trial that has ended."""
        self._training.pop(trial.index, None)
        self.done += 1
        if trial.feasible:
            self.best = ranked([trial, *([self.best] if self.best else [])], self.run.goal)[0]

    def retest_epoch(self, epoch: EpochInfo) -> None:
        """Counts an epoch of re-tests."""
        self._again.update(epoch.trials)

    def retested(self, best: Trial | None) -> None:
        """The re-tests have ended; the best trial may have changed."""
        self.best = best
        self._again.clear()

    @property
    def share(self) -> float:
        """The completed fraction of the run, 0 to 1."""
        return self._epochs() / max(1, self.run.total * self.run.epochs)

    def left(self) -> str:
        """The time left in words, or nothing while it is unknown; an estimate before a trial has ended."""
        if self._since is None or self.done == self.run.resumed or self.done >= self.run.total:
            return ""
        since, before = self._since
        gained, missing = self._epochs() - before, self.run.total * self.run.epochs - self._epochs()
        return f"{duration((self._now() - since) * missing / gained)} left" if gained else ""

    def activity(self) -> str:
        """A note while leading trials are re-tested or baselines trained, or nothing."""
        if self.comparing:
            return "comparing with baselines"
        return f"training {count(len(self._again), 'leader')} again" if self._again else ""

    def best_in_words(self) -> str:
        """The best trial so far with its values, or nothing."""
        if self.best is None:
            return ""
        score, values = Scores(self.run.metric).words(self.best), self.run.space.line(self.best.values)
        return f"best {self.run.metric} {score}, trial {self.best.index}" + (values and f": {values}")

    def _epochs(self) -> int:
        return self.done * self.run.epochs + sum(self._training.values())
