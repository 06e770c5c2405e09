"""Clocks: measure how long each trial of a population has trained, and which have exceeded their time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from time import monotonic, time
from typing import TYPE_CHECKING

from caviar.engine.training.variants import seconds_compiling
from caviar.values.segment import Segment

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def working() -> float:
    """The seconds of this process without the time spent compiling kernels, which counts for no trial."""
    return monotonic() - seconds_compiling()


def time_over(seconds: float, pipeline: Pipeline, epoch: int) -> str:
    """The reason why a training that took this long was stopped."""
    limit, far = pipeline.search.trial_seconds, f"at epoch {epoch} of {pipeline.trainer.epochs}"
    return f"stopped after {seconds:.3g} s (trial_seconds = {limit:g}), {far}"


class OutOfTime(BaseException):
    """No member of a population has time left. Not an Exception, so that it makes no trial fail."""


class Clock:
    """Counts a trial's share of its population's time: for each epoch, the seconds divided by the number of members.

    It also notes the time of day at which the population began, and that at which each member left it.
    """

    def __init__(self, segment: Segment, now: Callable[[], float] = working) -> None:
        self._now, self._since = now, now()
        self._began, self._left_at = time(), dict[int, float]()
        self._going = segment.trials
        self._left = dict(zip(segment.trials, segment.seconds, strict=True)) if segment.seconds else {}
        self.spent = dict.fromkeys(segment.trials, 0.0)
        self.go_on(segment.trials)

    def watched(self, check_stop: Callable[[], None]) -> Callable[[], None]:
        """A `check_stop` that also raises OutOfTime if the epoch would end too late for all members."""

        def check() -> None:
            check_stop()
            if self._now() > self._end:
                raise OutOfTime

        return check if self._left else check_stop

    def lap(self) -> None:
        """Counts the epoch that ended or was interrupted."""
        now = self._now()
        for trial in self._going:
            self.spent[trial] += (now - self._since) / len(self._going)
        self._since = now

    def during(self) -> dict[int, tuple[float, float]]:
        """Of each trial the times of day between which it was in the population; one that has not left leaves now."""
        now = time()
        return {trial: (self._began, self._left_at.get(trial, now)) for trial in self.spent}

    def over(self, trial: int) -> bool:
        """Whether a trial has exceeded its time limit."""
        return self.spent[trial] > self._left.get(trial, inf)

    def go_on(self, going: Iterable[int]) -> None:
        """Restricts the clock to the trials that continue."""
        before, self._going = self._going, tuple(going)
        if len(self._going) < len(before):
            self._left_at |= dict.fromkeys({*before} - {*self._going}, time())
        left = [self._left.get(trial, inf) - self.spent[trial] for trial in self._going]
        self._end = self._since + max(left, default=inf) * len(self._going)
