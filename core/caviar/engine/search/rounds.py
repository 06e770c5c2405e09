"""Training a round: from rung to rung, with the pruner's decisions between, all of it read from the ledger.

Nothing is kept in memory between two steps, so that a resumed round goes on like one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from caviar.engine.failures.machine_faults import resolve
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.search.history import curves_of
from caviar.engine.search.merge_folds import merge_folds
from caviar.engine.search.objective import Objective
from caviar.engine.search.observers import Observers
from caviar.engine.search.populations import group
from caviar.engine.training.clock import time_over
from caviar.interfaces.executor import Workers
from caviar.interfaces.pruner import Decision
from caviar.interfaces.store import Ledger, TrialRecord
from caviar.text.log import timed
from caviar.values.arrays import Array
from caviar.values.run import EpochInfo, RunInfo
from caviar.values.segment import MemberOutcome, Segment
from caviar.values.trial import Trial, TrialState
from caviar.values.wrong_return import WrongReturn

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_AFTER = {Decision.GO_ON: TrialState.QUEUED, Decision.PAUSE: TrialState.PAUSED, Decision.STOP: TrialState.PRUNED}


@dataclass(frozen=True)
class Round:
    """The trials `numbers` of a study, to be brought to their end."""

    pipeline: Pipeline
    objective: Objective
    ledger: Ledger
    observers: Observers
    info: RunInfo
    floats: frozenset[str]
    max_population: int
    numbers: range

    def complete(self, workers: Workers) -> bool:
        """Trains until every trial has ended; False if all had ended before. Raises Unfinished."""
        if all(trial.state.done for trial in self._trials()):
            return False
        while target := self._next_rung():
            self._train([each for each in self._going() if self._milestone(each) == target], target, workers)
            if target < self.pipeline.trainer.epochs:
                self._decide(target)
        self._settle([replace(each, state=TrialState.PRUNED) for each in self._in_state(TrialState.PAUSED)])
        return True

    def _trials(self) -> tuple[Trial, ...]:
        return self.ledger.trials()[self.numbers.start : self.numbers.stop]

    def _in_state(self, state: TrialState) -> list[Trial]:
        return [trial for trial in self._trials() if trial.state is state]

    def _going(self) -> list[Trial]:
        return self._in_state(TrialState.QUEUED)

    def _rungs(self, trial: Trial) -> tuple[int, ...]:
        pruner, epochs = self.pipeline.search.pruner, self.pipeline.trainer.epochs
        if pruner is None:
            return ()
        with attribute_errors(pruner):
            rungs = pruner.rungs(epochs, trial.index)
            if not isinstance(rungs, tuple) or not all(isinstance(each, int) for each in rungs):
                raise WrongReturn(pruner, "rungs", f"returned {rungs!r} instead of a tuple of epochs")
        return rungs

    def _milestone(self, trial: Trial) -> int:
        """The epoch up to which a trial is trained next."""
        ahead = [rung for rung in self._rungs(trial) if trial.epochs < rung < self.pipeline.trainer.epochs]
        return min(ahead, default=self.pipeline.trainer.epochs)

    def _next_rung(self) -> int:
        """The lowest epoch at which someone is awaited or waits; 0 when the round is over."""
        ahead = [self._milestone(trial) for trial in self._going()]
        return min([*ahead, *(trial.epochs for trial in self._in_state(TrialState.RUNNING))], default=0)

    def _train(self, trials: Sequence[Trial], until: int, workers: Workers) -> None:
        by_index, attempts = {trial.index: trial for trial in trials}, dict[int, int]()
        aside = self._trained(by_index, until, workers, attempts)
        others = any(trial.epochs or trial.state is TrialState.DIVERGED for trial in self._trials())
        if others:  # what found no memory beside others is tried once more by itself
            large = [each.trial for each in aside if each.fault == "memory"]
            aside = [each for each in aside if each.fault != "memory"]
            for number in large:
                aside += self._trained({number: by_index[number]}, until, workers, attempts)
        record = partial(self._record, attempts=attempts)
        resolve(aside, by_index, others, self.ledger, record)

    def _trained(
        self, trials: Mapping[int, Trial], until: int, workers: Workers, attempts: dict[int, int]
    ) -> list[MemberOutcome]:
        """Trains these and records them; gives back those that could not be trained."""
        aside = []
        outcomes = workers.run(self._segments(tuple(trials.values()), until, workers.count, attempts), self._tell)
        for members in merge_folds(outcomes, self._folds):
            aside += [each for each in members if each.state is TrialState.QUEUED]
            ended = [each for each in members if each.state is not TrialState.QUEUED]
            if ended:
                self._record(ended, trials, attempts)
        return aside

    @property
    def _folds(self) -> int:
        return (self.pipeline.data and self.pipeline.data.folds) or 1

    def _segments(
        self, trials: Sequence[Trial], until: int, workers: int, attempts: dict[int, int]
    ) -> Iterator[Segment]:
        """One after the other, because the states of all trials together may be too much; notes their attempts."""
        for start in sorted({trial.epochs for trial in trials}):  # those with the longest way first
            standing = [each for each in trials if each.epochs == start]
            for members in group(standing, self.pipeline.trainer, self.floats, workers, self.max_population):
                numbers = tuple(trial.index for trial in members)
                attempts.update(zip(numbers, self.ledger.begin(numbers), strict=True))
                state = self._states(numbers) if start else None
                values = tuple(trial.values for trial in members)
                for fold in range(self._folds):
                    yield Segment(numbers, values, start, until, fold, state, self._seconds_left(members))

    def _seconds_left(self, trials: Sequence[Trial]) -> tuple[float, ...]:
        """How much longer each may be trained, in each of its folds; () for ever."""
        limit = self.pipeline.search.trial_seconds
        return tuple((limit - trial.seconds) / self._folds for trial in trials) if limit else ()

    def _states(self, numbers: Sequence[int]) -> dict[str, Array]:
        """The members' training states, stacked."""
        import numpy

        states = [self.ledger.weights(number) for number in numbers]
        return {name: numpy.stack([state[name] for state in states]) for name in states[0]}

    def _tell(self, epoch: EpochInfo) -> None:
        self.observers.tell("after_epoch", run=self.info, epoch=epoch)

    def _record(
        self, members: Sequence[MemberOutcome], trials: Mapping[int, Trial], attempts: Mapping[int, int]
    ) -> None:
        ended = [self._ended(trials[member.trial], member) for member in members]
        records = [
            TrialRecord(trial, attempts[trial.index], member.metrics, member.weights or member.carry)
            for trial, member in zip(ended, members, strict=True)
        ]
        with timed("%d trials recorded", len(records)):
            self.ledger.record(records)
        self._tell_ended(ended)

    def _ended(self, trial: Trial, outcome: MemberOutcome) -> Trial:
        seconds, reason = trial.seconds + outcome.seconds, outcome.reason
        if outcome.state is TrialState.PRUNED:
            reason = time_over(seconds, self.pipeline, outcome.epoch)
        return replace(
            trial,
            state=TrialState.RUNNING if outcome.state is TrialState.PAUSED else outcome.state,
            epochs=outcome.epoch,
            metrics=outcome.final or {},
            objective=self.objective.of(outcome),
            reason=reason,
            trace=outcome.trace,
            violation=self.objective.violation(outcome),
            seconds=seconds,
            killed=0,
        )

    def _decide(self, rung: int) -> None:
        """The barrier: the pruner sees the whole round."""
        pruner, trials = self.pipeline.search.pruner, self._trials()
        assert pruner is not None, "only a pruner makes rungs"
        curves = curves_of(trials, self.ledger, self.objective, rung)
        numbers = tuple(trial.index for trial in trials)
        with attribute_errors(pruner, f" at epoch {rung}"):
            decisions = [_AFTER[each] for each in pruner.decide(curves, numbers, rung, self.objective.goal)]
            if len(decisions) != len(trials):
                raise WrongReturn(pruner, "decide", f"decided on {len(decisions)} of {len(trials)} trials")
        changed = [
            replace(trial, state=state)
            for trial, state in zip(trials, decisions, strict=True)
            if trial.state is TrialState.PAUSED or (trial.state is TrialState.RUNNING and trial.epochs == rung)
        ]
        self._settle(changed)

    def _settle(self, trials: Sequence[Trial]) -> None:
        """Durably notes new states."""
        if trials:
            self.ledger.settle(trials)
            self._tell_ended(trials)

    def _tell_ended(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state.done:
                self.observers.tell("after_trial", run=self.info, trial=trial)
