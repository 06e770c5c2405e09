"""Trainings: splits trials into segments, has workers train them, and reports each trial when its folds are done.

A round trains each trial for the first time, a re-test once more; both do it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from caviar.engine.search.bunches import bunches
from caviar.engine.search.context import SearchContext
from caviar.engine.search.merge_folds import merge_folds
from caviar.engine.search.populations import group
from caviar.engine.training.clock import time_over
from caviar.interfaces.executor import Workers
from caviar.values.arrays import Array
from caviar.values.run import EpochInfo
from caviar.values.segment import MemberOutcome, Outcome, Segment
from caviar.values.timeline import timed_populations
from caviar.values.trial import Trial, TrialState

Record: TypeAlias = Callable[[Sequence[MemberOutcome], Mapping[int, Trial]], None]
"""Records outcomes of some of these trials, by index."""
Begin: TypeAlias = Callable[[tuple[int, ...]], Mapping[str, Array] | None]
"""Called when a population is about to be trained; returns its state, None at epoch 0."""


@dataclass(frozen=True)
class Trainings:
    """First trainings of trials (`repeat` 0) or their re-tests; `event` is the hook that is called after an epoch."""

    context: SearchContext
    event: str
    repeat: int = 0

    def segments(
        self, trials: Sequence[Trial], start: int, until: int, workers: Workers, begin: Begin = lambda numbers: None
    ) -> Iterator[Segment]:
        """Yields segments one by one, because the states of all trials together may exceed the memory."""
        pipeline, folds = self.context.pipeline, self.context.folds
        limit, deadline = pipeline.search.trial_seconds, self.context.limit.deadline
        for members in self._populations(trials, start, workers):
            if self.context.limit.over:
                return
            numbers, values = tuple(each.index for each in members), tuple(each.values for each in members)
            state = begin(numbers)
            seconds = tuple((limit - self._spent(each)) / folds for each in members) if limit else ()
            for fold in range(folds):
                yield Segment(numbers, values, start, until, fold, state, seconds, self.repeat, deadline)

    def _populations(self, trials: Sequence[Trial], start: int, workers: Workers) -> Iterable[tuple[Trial, ...]]:
        trainer = self.context.pipeline.trainer
        if trainer.one_by_one and not start and not self.repeat:
            return bunches(trials, self.context.ledger.trials, workers.count)
        return group(trials, trainer, self.context.floats, workers.count, self.context.max_population)

    def run(
        self, segments: Iterator[Segment], trials: Mapping[int, Trial], workers: Workers, record: Record
    ) -> list[MemberOutcome]:
        """Trains the segments and records each trial that ends; returns those that the machine kept from being trained.

        A trial for which the search's time was over is recorded at the epoch that it has reached, to be continued from
        there; where it would have to continue within a fold or a re-test, it remains as it was. Raises OtherSystem.
        """
        whole = self.context.folds == 1 and not self.repeat
        aside = []
        found = workers.run(segments, self._tell)
        pipeline = self.context.pipeline
        outcomes = self.context.identities.of(found, pipeline.executor, pipeline.trainer.epochs)
        for members in merge_folds(map(self._noted, outcomes), self.context.folds):
            aside += [each for each in members if each.state is TrialState.QUEUED and each.fault != "time"]
            ended = [each for each in members if each.state is not TrialState.QUEUED or (whole and each.carry)]
            if ended:
                record(ended, trials)
        return aside

    def _noted(self, outcome: Outcome) -> Outcome:
        self.context.ledger.note(timed_populations(outcome))
        return outcome

    def seconds(self, trial: Trial, outcome: MemberOutcome) -> float:
        """The seconds that this training of the trial has taken so far."""
        return self._spent(trial) + outcome.seconds

    def reason(self, trial: Trial, outcome: MemberOutcome) -> str | None:
        """The reason why the training ended before its last epoch, if it did."""
        if outcome.state is TrialState.PRUNED:
            return time_over(self.seconds(trial, outcome), self.context.pipeline, outcome.epoch)
        return outcome.reason

    def _spent(self, trial: Trial) -> float:
        """The seconds of this training before the segment: a re-test is one segment, and starts at zero."""
        return 0.0 if self.repeat else trial.seconds

    def _tell(self, epoch: EpochInfo) -> None:
        self.context.observers.tell(self.event, run=self.context.info, epoch=epoch)
