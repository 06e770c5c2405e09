"""The job: trains segments of one run; a pure function of the segment in any process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from os import getpid
from pathlib import Path
from platform import node
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from caviar.config.declaration.space import parts_of, searched_tables, settle
from caviar.config.declaration.walk import plugins_in
from caviar.engine.failures.machine_faults import fault_of, set_aside
from caviar.engine.failures.plugin_errors import told
from caviar.engine.storage.trial_folders import trial_folder
from caviar.engine.training.bind import bind, bind_population
from caviar.engine.training.checked import checked, measuring_or_nan
from caviar.engine.training.identity import form_identity, library_identity, numeric_identity
from caviar.engine.training.malloc import keep_freed_memory
from caviar.engine.training.one_thread import OneThread, libraries
from caviar.engine.training.train_segment import Training
from caviar.engine.training.variants import fallen_back, fell_back, has_kernels, variant_for
from caviar.interfaces.backend import Backend
from caviar.interfaces.executor import Tell
from caviar.interfaces.loss import Loss
from caviar.interfaces.metric import Metric
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.trainer import TrainerContext
from caviar.registry.index import using
from caviar.support.packed import Buffer
from caviar.support.raised import trace_of
from caviar.text.log import timed
from caviar.text.once import not_again, said
from caviar.values.dataset import Dataset
from caviar.values.history import Goal
from caviar.values.inputs import NO_INPUTS, Inputs
from caviar.values.metric_name import MetricName
from caviar.values.population import Population
from caviar.values.random import Random
from caviar.values.segment import MemberOutcome, Outcome, Segment
from caviar.values.task import Task
from caviar.values.trial import TrialState

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


LONGEST = 0.25  # seconds: after so many, short trainings are not held back any longer, in which a long one was met
_UNTRAINED = (TrialState.QUEUED, TrialState.FAILED)


class _FellBack(Exception):
    """Plain code has taken the place of kernels that cannot be compiled."""


@dataclass(frozen=True)
class Work:
    """One run's job: the declared pipeline with its loss filled in, the data by fold, and the trainers' context."""

    pipeline: Pipeline
    backend: Backend
    task: Task
    datasets: tuple[Dataset, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    searched: tuple[str, Goal] = ("validation.loss", "minimize")
    sharing: int = 1
    """How many processes share the memory that arrays lie in, this one included."""
    conditions: tuple[str, ...] = ()
    """The metrics that `search.where` names. They and the searched one decide; what another is does not matter."""
    _footprints: dict[tuple[int, int], int] = field(default_factory=dict, init=False, repr=False, compare=False)
    inputs: Inputs = NO_INPUTS
    """What the columns of x are where there are no datasets: those of a saved model."""
    folder: Path | None = None
    """The run's folder; None where nothing is trained for a run."""
    said_already: set[str] = field(default_factory=said, repr=False, compare=False)
    """The messages of the run that are not repeated, in whichever thread it trains."""

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        """Trains a segment on one BLAS thread.

        A population that does not fit into memory is trained in halves, one after the other. One that raises is
        trained again in halves, until the members at fault are alone: they fail, the others are unaffected. What
        the machine lacks is not their fault: they stay queued. Where a kernel cannot be compiled, all of the segment
        is trained again by plain code, so that no outcome mixes the two.
        """
        import numpy

        try:
            limits, identity = self._prepared()
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                raise
            return Outcome(segment, tuple(set_aside(segment.trials, segment.start, fault, told(error))))
        with (
            limits,
            using(self.pipeline.registry),
            not_again(self.said_already),
            numpy.errstate(all="ignore"),
            timed("%s: trained", segment),
        ):
            members = self._of_one_form(segment, tell, check_stop)
            if any(each.state not in _UNTRAINED for each in members):
                identity = {**identity, **form_identity(self._kinds(segment), self.backend, self._kernels)}
            return Outcome(segment, tuple(members), identity, f"{node()} {getpid()}")

    def _prepared(self) -> tuple[OneThread, Mapping[str, str]]:
        keep_freed_memory()
        identity = self.identity  # loads the BLAS of compiled kernels, so that it is limited too
        return OneThread(libraries()), identity

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """The numeric identity of this process; an outcome adds which of its kernels were compiled."""
        tables = [getattr(self.pipeline, name) for name in searched_tables(self.pipeline)]
        computing = {type(each) for each in plugins_in((*tables, *self.metrics.values()))}
        numeric = numeric_identity(self.pipeline.trainer.dtype, self.backend, self._kernels)
        return {**numeric, **library_identity(computing)}

    @property
    def _kernels(self) -> bool:
        return has_kernels(self.pipeline.trainer)

    def _kinds(self, segment: Segment) -> set[type[Plugin]]:
        """The classes of the plugins that compute in a segment; its members differ in numbers alone."""
        parts = parts_of(settle(self._fitted(segment.fold), segment.values[0]))
        return {type(each) for each in plugins_in((*parts.values(), *self.metrics.values()))}

    def job_spec(self) -> list[Buffer] | None:
        """See `Job.job_spec`."""
        from caviar.engine.training.job_spec import job_spec_of

        return job_spec_of(self)

    def devices(self) -> int | None:
        """See `Job.devices`."""
        return self.backend.devices()

    def plugins(self) -> dict[str, str]:
        """See `Job.plugins`."""
        from caviar.engine.training.job_spec import plugins_of

        return plugins_of(self)

    def population(self, segment: Segment) -> Population:
        """The segment's trials, bound."""
        fitted = self._fitted(segment.fold)
        pipelines = [settle(fitted, values) for values in segment.values]
        seed, form = self._seed(segment), checked(variant_for(self.backend, self._kernels))
        return bind_population(segment.trials, pipelines, segment.values, seed, self.backend.send, segment.fold, form)

    def _fitted(self, fold: int) -> Pipeline:
        """The pipeline, its loss fitted to a fold's training part; as it is for prediction, which has no data."""
        trainer: Any = self.pipeline.trainer
        loss = getattr(trainer, "loss", None)
        if not self.datasets or not isinstance(loss, Loss):
            return self.pipeline
        data = self.datasets[fold]
        loss = loss.fitted(data.y[data.split.train], data.task)
        return self.pipeline.model_copy(update={"trainer": trainer.model_copy(update={"loss": loss})})

    def context(self, check_stop: Callable[[], None]) -> TrainerContext:
        """The context for trainers."""
        random, (metric, goal) = Random(self.pipeline.seed), self.searched
        dtype, send = self.pipeline.trainer.dtype, self.backend.send
        form = variant_for(self.backend, self._kernels)
        decisive = frozenset({metric, *self.conditions})
        forms = {True: checked(form), False: measuring_or_nan(form)}
        metrics = {
            name: bind([each], dtype, send, forms[str(MetricName("validation", name)) in decisive])
            for name, each in self.metrics.items()
        }
        inputs = self.datasets[0].inputs if self.datasets else self.inputs
        return TrainerContext(self.backend, self.task, random, metrics, check_stop, metric, goal, decisive, inputs)

    def _seed(self, segment: Segment) -> Random:
        """The pipeline of a re-test: the trial as in a study with another seed, on the same split of the data."""
        seed = Random(self.pipeline.seed)
        return seed.child("repeat", segment.repeat) if segment.repeat else seed

    @cached_property
    def _on_device(self) -> tuple[Dataset, ...]:
        send = self.backend.send
        return tuple(replace(each, x=send(each.x), y=send(each.y), truth=send(each.truth)) for each in self.datasets)

    def _of_one_form(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        while True:
            fallen = fallen_back()
            with suppress(_FellBack):
                members = self._try(segment, tell, check_stop)
                if fallen_back() == fallen:  # a run in another thread may have fallen back meanwhile
                    return members

    def _try(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        if self.pipeline.trainer.one_by_one and len(segment.trials) > 1:
            return self._one_by_one(segment, tell, check_stop)
        began = time()
        try:
            if self._fits(segment):
                return self._train(segment, tell, check_stop)
        except (Exception, SystemExit) as error:  # a plugin may raise anything
            if fell_back(error):
                raise _FellBack from error
            fault = fault_of(error)
            if fault == "system" or (fault and len(segment.trials) == 1):
                return set_aside(segment.trials, segment.start, fault, told(error))
            if len(segment.trials) == 1:
                reason, trace = told(error), trace_of(error)
                failed = MemberOutcome(segment.trials[0], TrialState.FAILED, segment.start, reason=reason, trace=trace)
                return [replace(failed, during=(began, time()))]
        return [outcome for half in segment.halves() for outcome in self._try(half, tell, check_stop)]

    def _one_by_one(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        """Trains each member as if it were alone. Once one took long, the first trainings of others are left."""
        began, outcomes = monotonic(), list[MemberOutcome]()
        for member, trial in enumerate(segment.trials):
            if member and not segment.start and not segment.repeat and monotonic() - began > LONGEST:
                outcomes.append(MemberOutcome(trial, TrialState.QUEUED, segment.start, fault="time"))
            else:
                outcomes += self._try(segment.part([member]), tell, check_stop)
        return outcomes

    def _fits(self, segment: Segment) -> bool:
        """Whether there is memory for a population; a single trial is always tried."""
        if len(segment.trials) == 1:
            return True
        spare = self.backend.spare_memory()
        return spare is None or bool(self._footprint(segment) * len(segment.trials) <= spare // self.sharing)

    def _footprint(self, segment: Segment) -> int:
        """The bytes per member, as for the first one; cached, because with a pruner a trial returns at each rung."""
        key = segment.trials[0], segment.fold
        if key not in self._footprints:
            one, data = self.population(segment.part([0])), self._on_device[segment.fold]
            context = replace(self.context(lambda: None), inputs=data.inputs)
            self._footprints[key] = one.parts["trainer"].footprint(one, data, context)
        return self._footprints[key]

    def _train(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> list[MemberOutcome]:
        data = self._on_device[segment.fold]
        # Each fold scales its target and fits its transforms by itself.
        context = replace(self.context(check_stop), task=data.task, random=self._seed(segment), inputs=data.inputs)
        if self.folder is not None:
            context = replace(context, folder=partial(trial_folder, self.folder, segment.fold, segment.repeat))
        return Training(segment, data, context, self.population, self.pipeline.trainer.epochs).outcomes(tell)
