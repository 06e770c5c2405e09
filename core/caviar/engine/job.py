"""The job: carries out segments of one run; a pure function of the segment, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from caviar.config.space import settle
from caviar.engine.bind import bind_population
from caviar.engine.memory import keep_freed_memory
from caviar.engine.twins import form_for
from caviar.interfaces.backend import Backend
from caviar.interfaces.executor import Tell
from caviar.interfaces.metric import Metric
from caviar.interfaces.trainer import TrainerContext
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset
from caviar.values.history import Goal
from caviar.values.metrics import Metrics
from caviar.values.packed import Buffer
from caviar.values.population import Population
from caviar.values.random import Random
from caviar.values.run import EpochInfo
from caviar.values.segment import MemberOutcome, Outcome, Segment
from caviar.values.task import Task
from caviar.values.trial import TrialState

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline


@dataclass(frozen=True)
class Work:
    """One run's job: the declared pipeline with its loss filled in, the data by fold, and what trainers are lent."""

    pipeline: Pipeline
    backend: Backend
    task: Task
    datasets: tuple[Dataset, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    searched: tuple[str, Goal] = ("validation.loss", "minimize")
    sharing: int = 1
    """How many processes share the memory of this machine, this one included."""

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        """Trains a segment on one BLAS thread.

        A population that does not fit into memory is trained in halves, one after the other. One that raises is
        trained again in halves, until the members at fault are alone: they have failed, the others do not feel it.
        """
        import numpy
        from threadpoolctl import threadpool_limits

        keep_freed_memory()
        form_for(self.backend)  # loads the BLAS of compiled kernels, so that it is limited too
        with threadpool_limits(limits=1, user_api="blas"), numpy.errstate(all="ignore"):
            return Outcome(segment, tuple(self._try(segment, tell, check_stop)))

    def blueprint(self) -> list[Buffer] | None:
        """See `Job.blueprint`."""
        from caviar.engine.blueprint import blueprint_of

        return blueprint_of(self)

    def population(self, segment: Segment) -> Population:
        """The segment's trials, bound."""
        pipelines = [settle(self.pipeline, values) for values in segment.values]
        seed = Random(self.pipeline.seed)
        form = form_for(self.backend)
        return bind_population(segment.trials, pipelines, segment.values, seed, self.backend.send, segment.fold, form)

    def context(self, check_stop: Callable[[], None]) -> TrainerContext:
        """What trainers are lent."""
        random, (metric, goal) = Random(self.pipeline.seed), self.searched
        return TrainerContext(self.backend, self.task, random, self.metrics, check_stop, metric, goal)

    @cached_property
    def _on_device(self) -> tuple[Dataset, ...]:
        send = self.backend.send
        return tuple(replace(each, x=send(each.x), y=send(each.y), truth=send(each.truth)) for each in self.datasets)

    def _try(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        try:
            if self._fits(segment):
                return self._train(segment, tell, check_stop)
        except (Exception, SystemExit) as error:  # a plugin may raise anything
            if len(segment.trials) == 1:
                return [MemberOutcome(segment.trials[0], TrialState.FAILED, segment.start, reason=told(error))]
        return [outcome for half in segment.halves() for outcome in self._try(half, tell, check_stop)]

    def _fits(self, segment: Segment) -> bool:
        """Whether there is memory for a population; one trial alone is always tried."""
        spare = self.backend.spare_memory()
        if len(segment.trials) == 1 or spare is None:
            return True
        one, context = self.population(segment.part([0])), self.context(lambda: None)
        each = one.parts["trainer"].footprint(one, self._on_device[segment.fold], context)
        return bool(each * len(segment.trials) <= spare // self.sharing)

    def _train(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        """Epoch by epoch, so that observers hear of each and diverged members leave at once."""
        population, data = self.population(segment), self._on_device[segment.fold]
        context = replace(self.context(check_stop), task=data.task)  # each fold scales its target by itself
        trainer = population.parts["trainer"]
        if segment.state is None:
            state = _checked(trainer.start(population, data, context), len(population))
        else:
            # Copies: trainers change a state in place, and the segment may have to be trained again in halves.
            state = {name: self.backend.send(array.copy()) for name, array in segment.state.items()}
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
            over = step.ended or (False,) * len(alive.trials)
            fine = [member for member, reason in enumerate(step.diverged) if reason is None]
            done, kept = ([m for m in fine if over[m] is so] for so in (True, False))
            if done:
                outcomes |= self._finished(alive.part(done), _some(state, done), data, context, rows, epoch)
            if len(kept) < len(alive.trials):
                alive = alive.part(kept)
                if not kept:
                    break
                population, state = self.population(alive), _some(state, kept)
        if alive.trials and segment.until < self.pipeline.trainer.epochs:
            outcomes |= self._paused(alive, state, rows)
        elif alive.trials:
            outcomes |= self._finished(alive, state, data, context, rows, segment.until)
        return [outcomes[trial] for trial in segment.trials]

    def _paused(
        self, segment: Segment, state: dict[str, Array], rows: dict[int, list[Metrics]]
    ) -> dict[int, MemberOutcome]:
        """Outcomes of members that came to the segment's end, with the state to go on from."""
        carried = {name: self.backend.fetch(array) for name, array in state.items()}
        return {
            trial: MemberOutcome(
                trial,
                TrialState.PAUSED,
                segment.until,
                joined(rows[trial]),
                carry={name: array[member, ...] for name, array in carried.items()},
            )
            for member, trial in enumerate(segment.trials)
        }

    def _finished(
        self,
        segment: Segment,
        state: dict[str, Array],
        data: Dataset,
        context: TrainerContext,
        rows: dict[int, list[Metrics]],
        epoch: int,
    ) -> dict[int, MemberOutcome]:
        """Outcomes of members that need no further epoch."""
        population = self.population(segment)
        end = population.parts["trainer"].finish(state, population, data, context)
        return {
            trial: MemberOutcome(
                trial,
                TrialState.FINISHED,
                epoch,
                joined(rows[trial]),
                final=rows[trial][-1].last(0) if end.metrics is None else end.metrics.last(member),
                weights={name: array[member, ...] for name, array in end.weights.items()},
            )
            for member, trial in enumerate(segment.trials)
        }


def _some(state: dict[str, Array], members: list[int]) -> dict[str, Array]:
    return {name: array[members] for name, array in state.items()}


def _checked(state: dict[str, Array], members: int) -> dict[str, Array]:
    """A state without the member axis would be shared by the members: results would depend on the population."""
    for name, array in state.items():
        if array.shape[:1] != (members,):
            raise ValueError(f"state {name!r} has shape {array.shape}; its first axis must be the {members} member(s)")
    return state


def joined(rows: list[Metrics]) -> Metrics:
    """Rows of consecutive epochs as one."""
    import numpy

    return Metrics(rows[0].names, rows[0].first, numpy.concatenate([each.values for each in rows], axis=1))


def told(error: BaseException) -> str:
    """One line: what was raised, and where in whose code."""
    trace: Any = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    message = " ".join(str(error).split())
    return type(error).__name__ + (f": {message}" if message else "") + place
