"""Trains a segment epoch by epoch, so that observers are called after each, and members leave when they end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from caviar.engine.training.clock import Clock, OutOfTime
from caviar.engine.training.deadline import Deadline, SearchOver
from caviar.interfaces.executor import Tell
from caviar.interfaces.trainer import Advance, TrainerContext
from caviar.support.raised import one_line
from caviar.text.once import say_once
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset
from caviar.values.metrics import Metrics
from caviar.values.population import Population
from caviar.values.run import EpochInfo
from caviar.values.segment import Fault, MemberOutcome, Segment
from caviar.values.trial import TrialState


class Training:
    """One training of a segment. `bind` makes a segment's population, `epochs` are those of a whole training."""

    def __init__(
        self,
        segment: Segment,
        data: Dataset,
        context: TrainerContext,
        bind: Callable[[Segment], Population],
        epochs: int,
    ) -> None:
        self._segment, self._data, self._context, self._bind, self._epochs = segment, data, context, bind, epochs
        self._rows: dict[int, list[Metrics]] = {trial: [] for trial in segment.trials}
        self._outcomes: dict[int, MemberOutcome] = {}
        self._population: Population | None = None

    def outcomes(self, tell: Tell) -> list[MemberOutcome]:
        """Trains to the segment's end; returns the outcomes of its members, in their order."""
        try:
            outcomes = self._trained(tell)
        except BaseException:
            with suppress(Exception):  # what was raised first is the reason
                self._part()
            raise
        self._part()
        return outcomes

    def _trained(self, tell: Tell) -> list[MemberOutcome]:
        alive, population = self._segment, self._bound(self._segment)
        state, clock, deadline = self._first_state(population), Clock(self._segment), Deadline(self._segment.deadline)
        check_stop = deadline.watched(clock.watched(self._context.check_stop))
        timed = replace(self._context, check_stop=check_stop, until=alive.until)
        for epoch in range(alive.start + 1, alive.until + 1):
            try:
                step = population.parts["trainer"].advance(state, population, self._data, timed, epoch)
            except OutOfTime:
                self._cut_short(alive, epoch - 1)
                alive = alive.part([])
                break
            except SearchOver:
                self._leave(alive)
                alive = alive.part([])
                break
            finally:
                clock.lap()
            state = step.state
            if not step.metrics.values.shape[1]:  # all members had ended before this epoch
                self._finish(alive, state, epoch - 1)
                alive = alive.part([])
                break
            tell(EpochInfo(alive.trials, epoch, tuple(step.metrics.last(m) for m in range(len(alive.trials)))))
            deadline.lap(len(alive.trials))
            kept = self._kept(alive, step, clock, epoch)
            stay = deadline.in_time(len(kept), alive.until - epoch)
            self._pause(alive.part(kept[stay:]), _some(state, kept[stay:]), epoch, TrialState.QUEUED)
            kept = kept[:stay]
            if len(kept) < len(alive.trials):
                alive = alive.part(kept)
                if not kept:
                    break
                population, state = self._bound(alive), _some(state, kept)
            clock.go_on(alive.trials)
        if alive.trials and alive.until < self._epochs:
            self._pause(alive, state, alive.until, TrialState.PAUSED)
        elif alive.trials:
            self._finish(alive, state, alive.until)
        during = clock.during()
        return [
            replace(self._outcomes[trial], seconds=clock.spent[trial], during=during[trial])
            for trial in self._segment.trials
        ]

    def _bound(self, segment: Segment) -> Population:
        """The population of a segment, in place of the one before."""
        self._part()
        self._population = self._bind(segment)
        return self._population

    def _part(self) -> None:
        """Parts with the population, if there is one: its trainer ends what it has kept open."""
        population, self._population = self._population, None
        if population is None:
            return
        try:
            population.parts["trainer"].leave(population, self._context)
        except (OutOfTime, SearchOver):
            say_once(
                "the time of a trial, or of the search, was over while its training was closed; that was broken off"
            )

    def _first_state(self, population: Population) -> dict[str, Array]:
        if self._segment.state is None:
            trainer = population.parts["trainer"]
            state: dict[str, Array] = trainer.start(population, self._data, self._context)
            return state
        # Copies: trainers change a state in place, and the segment may have to be trained again in halves.
        return {name: self._context.backend.send(array.copy()) for name, array in self._segment.state.items()}

    def _kept(self, alive: Segment, step: Advance, clock: Clock, epoch: int) -> list[int]:
        """Records the results of an epoch; returns the indices of the members that continue."""
        for member, trial in enumerate(alive.trials):
            self._rows[trial].append(step.metrics.take([member]))
            if step.diverged[member] is not None:
                rows, reason = joined(self._rows[trial]), one_line(str(step.diverged[member]))
                self._outcomes[trial] = MemberOutcome(trial, TrialState.DIVERGED, epoch, rows, reason=reason)
        over = step.ended or (False,) * len(alive.trials)
        fine = [member for member, reason in enumerate(step.diverged) if reason is None]
        done, going = ([member for member in fine if over[member] is so] for so in (True, False))
        if done:
            self._finish(alive.part(done), _some(step.state, done), epoch)
        if epoch == self._epochs:
            return going
        late = [member for member in going if clock.over(alive.trials[member])]
        self._cut_short(alive.part(late), epoch)
        return [member for member in going if member not in late]

    def _cut_short(self, segment: Segment, epoch: int) -> None:
        """The outcomes of members out of time, with their curves so far."""
        for trial in segment.trials:
            rows = joined(self._rows[trial]) if self._rows[trial] else None
            self._outcomes[trial] = MemberOutcome(trial, TrialState.PRUNED, epoch, rows)

    def _leave(self, segment: Segment) -> None:
        """The outcomes of members within an epoch that cannot end in time; they are as they were before the segment."""
        for trial in segment.trials:
            self._outcomes[trial] = MemberOutcome(trial, TrialState.QUEUED, segment.start, fault="time")

    def _pause(self, segment: Segment, state: dict[str, Array], epoch: int, left: TrialState) -> None:
        """The outcomes of members with the state to continue from; queued are those for which there is no time."""
        if not segment.trials:
            return
        fault: Fault | None = "time" if left is TrialState.QUEUED else None
        carried = {name: self._context.backend.fetch(array) for name, array in state.items()}
        for member, trial in enumerate(segment.trials):
            carry = {name: array[member, ...] for name, array in carried.items()}
            rows = joined(self._rows[trial])
            self._outcomes[trial] = MemberOutcome(trial, left, epoch, rows, carry=carry, fault=fault)

    def _finish(self, segment: Segment, state: dict[str, Array], epoch: int) -> None:
        """The outcomes of members that need no further epoch."""
        current = self._population
        population = current if current and current.trials == segment.trials else self._bind(segment)
        end = population.parts["trainer"].finish(state, population, self._data, self._context)
        for member, trial in enumerate(segment.trials):
            rows = self._rows[trial]  # none where a training is only to be ended at the epoch that it has reached
            last = rows[-1].last(0) if rows else None
            self._outcomes[trial] = MemberOutcome(
                trial,
                TrialState.FINISHED,
                epoch,
                joined(rows) if rows else None,
                final=last if end.metrics is None else end.metrics.last(member),
                weights={name: array[member, ...] for name, array in end.weights.items()},
            )


def _some(state: dict[str, Array], members: list[int]) -> dict[str, Array]:
    return {name: array[members] for name, array in state.items()}


def joined(rows: list[Metrics]) -> Metrics:
    """Rows of consecutive epochs as one."""
    import numpy

    return Metrics(rows[0].names, rows[0].first, numpy.concatenate([each.values for each in rows], axis=1))
