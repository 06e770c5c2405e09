"""The job: carries out segments of one run; a pure function of the segment, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from caviar.config.space import settle
from caviar.engine.bind import bind_population
from caviar.interfaces.backend import Backend
from caviar.interfaces.executor import Tell
from caviar.interfaces.metric import Metric
from caviar.interfaces.trainer import TrainerContext
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset
from caviar.values.metrics import Metrics
from caviar.values.population import Population
from caviar.values.random import Random
from caviar.values.run import EpochInfo
from caviar.values.segment import MemberOutcome, Outcome, Segment
from caviar.values.task import Task
from caviar.values.trial import TrialState

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline


class Stopped(BaseException):
    """The user wants to stop; raised between steps. No Exception, so that no trial is blamed for it."""


@dataclass(frozen=True)
class Work:
    """One run's job: the declared pipeline with its loss filled in, the data by fold, and what trainers are lent."""

    pipeline: Pipeline
    backend: Backend
    task: Task
    datasets: tuple[Dataset, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        """Trains a segment on one BLAS thread.

        A population that raises is trained again in halves, until the members at fault are alone: they have failed,
        the others are not touched by it.
        """
        import numpy
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1, user_api="blas"), numpy.errstate(all="ignore"):
            return Outcome(segment, tuple(self._try(segment, tell, check_stop)))

    def population(self, segment: Segment) -> Population:
        """The segment's trials, bound."""
        pipelines = [settle(self.pipeline, values) for values in segment.values]
        seed = Random(self.pipeline.seed)
        return bind_population(segment.trials, pipelines, segment.values, seed, self.backend.send, segment.fold)

    def context(self, check_stop: Callable[[], None]) -> TrainerContext:
        """What trainers are lent."""
        return TrainerContext(self.backend, self.task, Random(self.pipeline.seed), self.metrics, check_stop)

    @cached_property
    def _on_device(self) -> tuple[Dataset, ...]:
        send = self.backend.send
        return tuple(replace(each, x=send(each.x), y=send(each.y), truth=send(each.truth)) for each in self.datasets)

    def _try(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        try:
            return self._train(segment, tell, check_stop)
        except Exception as error:
            if len(segment.trials) == 1:
                return [MemberOutcome(segment.trials[0], TrialState.FAILED, segment.start, reason=_reason(error))]
        half = len(segment.trials) // 2
        return [
            outcome
            for part in (range(half), range(half, len(segment.trials)))
            for outcome in self._try(_part(segment, list(part)), tell, check_stop)
        ]

    def _train(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        """Epoch by epoch, so that observers hear of each and diverged members leave at once."""
        population, context, data = self.population(segment), self.context(check_stop), self._on_device[segment.fold]
        trainer = population.parts["trainer"]
        if segment.state is None:
            state = trainer.start(population, data, context)
        else:
            state = {name: self.backend.send(array) for name, array in segment.state.items()}
        alive, outcomes = segment, {}
        rows: dict[int, list[Metrics]] = {trial: [] for trial in segment.trials}
        for epoch in range(segment.start + 1, segment.until + 1):
            step = trainer.advance(state, population, data, context, epoch)
            state = step.state
            for member, trial in enumerate(alive.trials):
                rows[trial].append(step.metrics.take([member]))
                if step.diverged[member] is not None:
                    outcomes[trial] = MemberOutcome(
                        trial, TrialState.DIVERGED, epoch, joined(rows[trial]), reason=step.diverged[member]
                    )
            tell(EpochInfo(alive.trials, epoch, tuple(step.metrics.last(m) for m in range(len(alive.trials)))))
            kept = [member for member, reason in enumerate(step.diverged) if reason is None]
            if len(kept) < len(alive.trials):
                alive = _part(alive, kept)
                if not kept:
                    break
                population, state = self.population(alive), {name: array[kept] for name, array in state.items()}
        if alive.trials:
            outcomes |= self._end(alive, population, state, data, context, rows)
        return [outcomes[trial] for trial in segment.trials]

    def _end(
        self,
        segment: Segment,
        population: Population,
        state: dict[str, Array],
        data: Dataset,
        context: TrainerContext,
        rows: dict[int, list[Metrics]],
    ) -> dict[int, MemberOutcome]:
        """Outcomes of the members that came through: finished, or paused with the state to go on from."""
        if segment.until < self.pipeline.trainer.epochs:
            carried = {name: self.backend.fetch(array) for name, array in state.items()}
            return {
                trial: MemberOutcome(
                    trial,
                    TrialState.PAUSED,
                    segment.until,
                    joined(rows[trial]),
                    carry={name: array[member] for name, array in carried.items()},
                )
                for member, trial in enumerate(segment.trials)
            }
        end = population.parts["trainer"].finish(state, population, data, context)
        return {
            trial: MemberOutcome(
                trial,
                TrialState.FINISHED,
                segment.until,
                joined(rows[trial]),
                final=rows[trial][-1].last(0) if end.metrics is None else end.metrics.last(member),
                weights={name: array[member] for name, array in end.weights.items()},
            )
            for member, trial in enumerate(segment.trials)
        }


def joined(rows: list[Metrics]) -> Metrics:
    """Rows of consecutive epochs as one."""
    import numpy

    return Metrics(rows[0].names, rows[0].first, numpy.concatenate([each.values for each in rows], axis=1))


def _part(segment: Segment, members: list[int]) -> Segment:
    state = None if segment.state is None else {name: array[members] for name, array in segment.state.items()}
    return replace(
        segment,
        trials=tuple(segment.trials[member] for member in members),
        values=tuple(segment.values[member] for member in members),
        state=state,
    )


def _reason(error: Exception) -> str:
    """One line: what was raised, and where in whose code."""
    trace: Any = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"
