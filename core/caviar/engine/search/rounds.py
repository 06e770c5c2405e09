"""Trains a round from rung to rung, with the pruner's decisions between; all state is in the ledger.

Nothing is kept in memory between two steps, so that a resumed round continues like one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from caviar.engine.failures.machine_faults import resolve
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.search.context import SearchContext
from caviar.engine.search.history import curves_of
from caviar.engine.search.identities import both
from caviar.engine.search.trainings import Trainings
from caviar.engine.storage.study_ledger import TrialRecord
from caviar.interfaces.executor import Workers
from caviar.interfaces.pruner import Decision
from caviar.text.log import timed
from caviar.values.arrays import Array
from caviar.values.segment import MemberOutcome, Segment
from caviar.values.trial import Trial, TrialState
from caviar.values.wrong_return import WrongReturn

_AFTER = {Decision.GO_ON: TrialState.QUEUED, Decision.PAUSE: TrialState.PAUSED, Decision.STOP: TrialState.PRUNED}


@dataclass(frozen=True)
class Round:
    """The trials `numbers` of a study, to be trained until all have ended."""

    context: SearchContext
    numbers: range

    def complete(self, workers: Workers) -> bool:
        """Trains until all trials have ended, or the time; False if all had ended before. Raises Unfinished."""
        if all(trial.state.done for trial in self._trials()):
            return False
        while target := self._next_rung():
            while waiting := [each for each in self._going() if self._milestone(each) == target]:
                if self.context.limit.over:
                    return True
                self._train(waiting, target, workers)
            if target < self.context.pipeline.trainer.epochs:
                self._decide(target)
        self._settle([replace(each, state=TrialState.PRUNED) for each in self._in_state(TrialState.PAUSED)])
        return True

    def _trials(self) -> tuple[Trial, ...]:
        return self.context.ledger.trials()[self.numbers.start : self.numbers.stop]

    def _in_state(self, state: TrialState) -> list[Trial]:
        return [trial for trial in self._trials() if trial.state is state]

    def _going(self) -> list[Trial]:
        return self._in_state(TrialState.QUEUED)

    def _rungs(self, trial: Trial) -> tuple[int, ...]:
        pruner, epochs = self.context.pipeline.search.pruner, self.context.pipeline.trainer.epochs
        if pruner is None:
            return ()
        with attribute_errors(pruner):
            rungs = pruner.rungs(epochs, trial.index)
            if not isinstance(rungs, tuple) or not all(isinstance(each, int) for each in rungs):
                raise WrongReturn(pruner, "rungs", f"returned {rungs!r} instead of a tuple of epochs")
        return rungs

    def _milestone(self, trial: Trial) -> int:
        """The epoch up to which a trial is trained next."""
        ahead = [rung for rung in self._rungs(trial) if trial.epochs < rung < self.context.pipeline.trainer.epochs]
        return min(ahead, default=self.context.pipeline.trainer.epochs)

    def _next_rung(self) -> int:
        """The lowest epoch at which a trial waits or must arrive; 0 when the round is over."""
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
        resolve(aside, by_index, others, self.context.ledger, record)

    def _trained(
        self, trials: Mapping[int, Trial], until: int, workers: Workers, attempts: dict[int, int]
    ) -> list[MemberOutcome]:
        """Trains these trials and records them; returns those that could not be trained."""
        segments = self._segments(tuple(trials.values()), until, workers, attempts)
        return self._trainings.run(segments, trials, workers, partial(self._record, attempts=attempts))

    @property
    def _trainings(self) -> Trainings:
        return Trainings(self.context, "after_epoch")

    def _segments(
        self, trials: Sequence[Trial], until: int, workers: Workers, attempts: dict[int, int]
    ) -> Iterator[Segment]:
        for start in sorted({trial.epochs for trial in trials}):  # those with the longest way first
            standing = [each for each in trials if each.epochs == start]
            begin = partial(self._begin, start=start, attempts=attempts)
            yield from self._trainings.segments(standing, start, until, workers, begin)

    def _begin(self, numbers: tuple[int, ...], start: int, attempts: dict[int, int]) -> Mapping[str, Array] | None:
        """Records the attempts of members whose training starts; returns their state."""
        attempts.update(zip(numbers, self.context.ledger.begin(numbers), strict=True))
        return self._states(numbers) if start else None

    def _states(self, numbers: Sequence[int]) -> dict[str, Array]:
        """The members' training states, stacked."""
        import numpy

        states = [self.context.ledger.weights(number) for number in numbers]
        return {name: numpy.stack([state[name] for state in states]) for name in states[0]}

    def _record(
        self, members: Sequence[MemberOutcome], trials: Mapping[int, Trial], attempts: Mapping[int, int]
    ) -> None:
        ended = [self._ended(trials[member.trial], member) for member in members]
        records = [
            TrialRecord(trial, attempts[trial.index], member.metrics, _arrays(member))
            for trial, member in zip(ended, members, strict=True)
        ]
        with timed("%d trials recorded", len(records)):
            self.context.ledger.record(records)
        self._tell_ended(ended)

    def _ended(self, trial: Trial, outcome: MemberOutcome) -> Trial:
        objective = self.context.objective
        return replace(
            trial,
            state=TrialState.RUNNING if outcome.state is TrialState.PAUSED else outcome.state,
            epochs=outcome.epoch,
            metrics=outcome.final or {},
            objective=objective.of(outcome),
            reason=self._trainings.reason(trial, outcome),
            trace=outcome.trace,
            violation=objective.violation(outcome),
            seconds=self._trainings.seconds(trial, outcome),
            killed=0,
            origins=both(trial.origins if trial.epochs else (), outcome.origins),
        )

    def _decide(self, rung: int) -> None:
        """The pruner's decisions, once the whole round has reached the rung."""
        pruner, trials = self.context.pipeline.search.pruner, self._trials()
        assert pruner is not None, "only a pruner makes rungs"
        curves = curves_of(trials, self.context.ledger, self.context.objective, rung)
        numbers = tuple(trial.index for trial in trials)
        with attribute_errors(pruner, f" at epoch {rung}"):
            decisions = [_AFTER[each] for each in pruner.decide(curves, numbers, rung, self.context.objective.goal)]
            if len(decisions) != len(trials):
                raise WrongReturn(pruner, "decide", f"decided on {len(decisions)} of {len(trials)} trials")
        changed = [
            replace(trial, state=state)
            for trial, state in zip(trials, decisions, strict=True)
            if (trial.state is TrialState.PAUSED and trial.epochs <= rung)  # further: a lost trial catches up
            or (trial.state is TrialState.RUNNING and trial.epochs == rung)
        ]
        self._settle(changed)

    def _settle(self, trials: Sequence[Trial]) -> None:
        """Durably records new states."""
        if trials:
            self.context.ledger.settle(trials)
            self._tell_ended(trials)

    def _tell_ended(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state.done:
                self.context.observers.tell("after_trial", run=self.context.info, trial=trial)


def _arrays(member: MemberOutcome) -> Mapping[str, Array] | None:
    """What is stored of a member; {} where its trainer has no weights."""
    return member.carry if member.weights is None else member.weights
