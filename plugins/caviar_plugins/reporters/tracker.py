"""Tracks a run's progress: trials done, the best so far, how many go on, the time left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from caviar.plugin import EpochInfo, RunInfo, Scores, Trial, ranked

from caviar_plugins.reporters.rungs import Rungs
from caviar_plugins.reporters.wording import count, duration, rate


class Tracker:
    """Counts epochs, so that progress is visible while the first population trains.

    `comparing`: the search is over, and baselines are trained. `curve`: the searched metric of the best trial by epoch.
    """

    def __init__(
        self, run: RunInfo, now: Callable[[], float] = monotonic, rungs: Callable[[int], tuple[int, ...]] | None = None
    ) -> None:
        self.run, self.done, self.best = run, run.resumed, run.best
        self.comparing = False
        self.curve: Sequence[float] = ()
        self._now = now
        self._since: tuple[float, int] | None = None
        self._training: dict[int, int] = {}
        self._again = set[int]()
        self._rungs = Rungs(run.epochs, rungs) if rungs else Rungs(run.epochs)

    def epoch(self, epoch: EpochInfo) -> None:
        """Counts an epoch of a population."""
        self._training.update(dict.fromkeys(epoch.trials, epoch.epoch))
        self._rungs.epoch(epoch.trials, epoch.epoch)
        self._since = self._since or (
            self._now(),
            self._rungs.trained,
        )  # libraries are loaded by then, kernels compiled

    def ended(self, trial: Trial) -> None:
        """Counts a trial that has ended."""
        self._training.pop(trial.index, None)
        self.done += 1
        self._rungs.ended(trial)
        if trial.feasible:
            self.best = ranked([trial, *([self.best] if self.best else [])], self.run.goal)[0]

    def round_ended(self) -> None:
        """The next trials are another round's."""
        self._rungs.round_ended()

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
        """The time left in words, or nothing while nobody knows: before a trial has ended or a pruner decided."""
        unknown = self.done == self.run.resumed and not self._rungs.alive()
        if self._since is None or unknown or self.done >= self.run.total:
            return ""
        since, before = self._since
        gained, missing = self._rungs.trained - before, self._rungs.left(self.run.total - self.done)
        if not gained or missing is None:
            return ""
        return f"{duration((self._now() - since) * missing / gained)} left"

    def rate(self) -> str:
        """How many models are trained in a second, a minute or an hour, or nothing before one has ended."""
        gained = self.done - self.run.resumed
        if self._since is None or not gained or (seconds := self._now() - self._since[0]) <= 0:
            return ""
        return rate(gained, seconds, "models")

    def alive(self) -> str:
        """How many trials of this round went on after each rung, or nothing while none was decided."""
        told = [f"{beyond} after epoch {rung}" for rung, beyond in self._rungs.alive()]
        return f"{count(self._rungs.seen(), 'trial')}, left: {', '.join(told)}" if told else ""

    def activity(self) -> str:
        """A note while leading trials are re-tested or baselines trained, or nothing."""
        if self.comparing:
            return "comparing with baselines"
        return f"training {count(len(self._again), 'leader')} again" if self._again else ""

    def best_in_words(self) -> str:
        """The best trial so far with its values, or nothing."""
        return ": ".join(filter(None, (", ".join(self.best_score()), ", ".join(self.best_values()))))

    def best_score(self) -> tuple[str, ...]:
        """The searched metric of the best trial so far, and its number; nothing before there is one."""
        if self.best is None:
            return ()
        return f"best {self.run.metric} {Scores(self.run.metric).words(self.best)}", f"trial {self.best.index}"

    def best_values(self) -> list[str]:
        """The values of the best trial so far, each with its name."""
        if self.best is None:
            return []
        names = self.run.space.names
        return [f"{names[path]} {told}" for path, told in self.run.space.words(self.best.values).items()]

    def _epochs(self) -> int:
        return self.done * self.run.epochs + sum(self._training.values())
