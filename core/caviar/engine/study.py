"""Runs a study: prepares it, searches, and tests the winner; resumes an interrupted study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from caviar.config.declaration.dump import to_toml
from caviar.config.declaration.programs import programs_of
from caviar.config.declaration.space import space_of
from caviar.config.reading.resolved import code_of
from caviar.engine.advice.ended import Ended
from caviar.engine.advice.rules import advice_on_result
from caviar.engine.analysis.stored_run import going_on
from caviar.engine.baselines.assess import assessed, judged
from caviar.engine.baselines.fit import NO_TIME, Clock
from caviar.engine.data.resolve import resolve_run
from caviar.engine.ensembles.select import Ensembles
from caviar.engine.failures.identical_failures import queue_again
from caviar.engine.failures.plugin_errors import others_blamed, told
from caviar.engine.model.saved import SavedModel
from caviar.engine.model.winner import Models
from caviar.engine.resume.check import resume
from caviar.engine.resume.lost_states import restart_lost
from caviar.engine.resume.other_store import check_store
from caviar.engine.resume.record import judges_of, record_of
from caviar.engine.resume.trust import check_trusted, remember
from caviar.engine.revalidation.reference import date_of, note_reference
from caviar.engine.search.context import SearchContext
from caviar.engine.search.loop import SearchLoop
from caviar.engine.search.observers import Observers
from caviar.engine.search.time_limit import TimeLimit, unmark
from caviar.engine.storage.study_ledger import WhenFull, open_study, refuse
from caviar.engine.warm_start.earlier_runs import started_from
from caviar.engine.warm_start.given_points import given_trials
from caviar.engine.warm_start.map_to_space import TargetStudy
from caviar.interfaces.reporter import Reporter
from caviar.interfaces.store import StoreError
from caviar.registry.index import using
from caviar.support.files import write_atomically
from caviar.text.log import timed
from caviar.text.once import say_anew
from caviar.values.assessment import Assessment
from caviar.values.ensemble import Ensemble
from caviar.values.problem import Problem, Stopped
from caviar.values.run import Command, RunInfo, Summary

if TYPE_CHECKING:
    from caviar.config.advice.advice import Advice
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.engine.model.folds import Folds
    from caviar.engine.search.objective import Objective
    from caviar.values.trial import Trial


Commands: TypeAlias = Callable[[Path, Path | None], tuple[Command, ...]]


@dataclass(frozen=True)
class Run:
    """The result of a run; `complaints` lists the exceptions of reporters, by name.

    `model` is the best trial's; None where no trial has won, or where it could not be made (`summary.failure`).
    `advice` is what its result suggests, `ensemble` the model of several trials; none where it was interrupted.
    """

    info: RunInfo
    summary: Summary
    complaints: Mapping[str, str]
    model: SavedModel | None
    advice: tuple[Advice, ...] = ()
    ensemble: SavedModel | None = None


class Interrupted(Stopped):
    """The user stopped a run; `run` is its result so far, without the test part."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


@others_blamed()
def run(
    pipeline: Pipeline,
    runs: Path,
    check_stop: Callable[[], None] = lambda: None,
    watchers: Sequence[Reporter] = (),
    kept: bool = True,
    prints: bool = False,
    commands: Commands = lambda folder, code: (),
    since: Callable[[], float] = lambda: 0.0,
    mixed: bool = False,
    when_full: WhenFull = refuse,
) -> Run:
    """Runs or resumes a pipeline in `runs/<name>`; `watchers` are reporters besides the pipeline's own.

    `kept` tells them whether the folder will outlive the run, `prints` whether standard output is for them,
    `commands` what to offer them next, by the run's folder and the code file that it needs. `since` says how many
    seconds the command has taken already, which count for `search.seconds`. `mixed` allows trials of several numeric
    identities, which are marked. `when_full` is told where the disk is full.

    Raises Untrusted, DataError, StoreError, UnknownMetric, Refused, Interrupted, Unfinished, OtherSystem.
    """
    from time import monotonic, time

    check_trusted(pipeline)
    limit = TimeLimit(pipeline.search.seconds, time() - since())
    with using(pipeline.registry):
        began = monotonic()
        say_anew()
        folder = runs / pipeline.name
        observers = Observers((*pipeline.reporter, *watchers))
        observers.tell("before_data", name=pipeline.name)
        try:
            with timed("data read and prepared"):
                work, preparations, objective = resolve_run(pipeline)
        finally:
            observers.tell("after_data")  # reporters end their threads: see `Executor.open`
        work = replace(work, folder=folder)
        pipeline = work.pipeline
        space = space_of(pipeline)
        total = pipeline.search.trials if len(space) else 1  # nothing to search: one model
        check_store(folder, pipeline.store)
        with open_study(pipeline.store, folder, objective.goal, pipeline.search.candidates, when_full) as ledger:
            newcomer = TargetStudy(pipeline, space, objective, work.datasets[0].fingerprint)
            earlier, notes = started_from(ledger.study(), newcomer)
            record, features = record_of(work, objective, earlier), preparations[0].features
            record, about = resume(ledger, record, total, folder, mixed, features)
            write_atomically(folder / "pipeline.toml", to_toml(pipeline).encode())
            remember(folder, programs_of(pipeline))
            notes = (*notes, *about, *queue_again(ledger), *restart_lost(ledger))
            observers.offered["view"] = partial(going_on, folder, ledger, pipeline)
            unmark(ledger)
            before = ledger.trials()
            code = code_of(pipeline, *judges_of(work, objective))
            readable = code is not None and len(code) < 2
            info = RunInfo(
                name=pipeline.name,
                folder=folder,
                total=total,
                resumed=sum(trial.state.done for trial in before),
                epochs=pipeline.trainer.epochs,
                metric=objective.metric,
                goal=objective.goal,
                best=objective.best(before),
                space=space,
                where=objective.conditions,
                notes=(*preparations[0].notes, *notes),
                kept=kept,
                prints=prints,
                readable=readable,
                code=code[0] if code else None,
                commands=_useful(commands(folder, code[0] if code else None), pipeline) if readable else (),
                predicts=pipeline.trainer.needs_data,
            )
            context = SearchContext(
                pipeline=pipeline,
                space=space,
                objective=objective,
                ledger=ledger,
                observers=observers,
                info=info,
                max_population=work.backend.max_population,
                earlier=record.earlier,
                given=given_trials(pipeline, space),
                limit=limit,
                mixed=mixed,
            )
            models = Models(work, preparations, ledger, folder, partial(date_of, folder, work), mixed)
            try:
                with pipeline.executor.open(work, check_stop, total - info.resumed) as workers:
                    observers.tell("before_run", run=info)
                    stopped = SearchLoop(context).complete(workers)
                best = objective.best(ledger.trials())
                with timed("best model made and tested"):
                    model, note, failure = models.made(best, check_stop)
                clock = Clock(check_stop, limit.end)
                ensemble, more = _ensemble(models, objective, model, clock)
                with timed("best model assessed"):
                    assessment = _assessment(context, models.folds, best, model, ensemble, clock)
                if model is not None and kept:
                    note_reference(folder, work, objective, model)
            except BaseException as error:
                interrupted = isinstance(error, (Stopped, KeyboardInterrupt))
                reason = str(error) if isinstance(error, Problem) else told(error)
                observers.tell("on_failure", run=info, reason="interrupted" if interrupted else reason)
                if not interrupted:
                    raise
                trials = ledger.trials()
                best, model, failure = models.so_far(objective.winners(trials))
                summary = Summary(trials, best, monotonic() - began, failure=failure)
                raise Interrupted(Run(info, summary, observers.failures, model)) from error
            if best is not None and model is not None:
                best = replace(best, metrics=model.metrics)
            notes, decision = ((note,) if note else ()) + more, model.decision if model else None
            together = None if ensemble is None else Ensemble(ensemble.drawn, ensemble.metrics, ensemble.decision)
            seconds, trials = monotonic() - began, ledger.trials()
            summary = Summary(trials, best, seconds, stopped, notes, failure, decision, assessment, together)
            observers.tell("after_run", run=info, summary=summary)
            advice = (
                ()
                if best is None
                else advice_on_result(Ended(pipeline, summary.trials, best, objective, assessment, ledger.curves))
            )
            return Run(info, summary, observers.failures, model, advice, ensemble)


def _useful(commands: tuple[Command, ...], pipeline: Pipeline) -> tuple[Command, ...]:
    """The commands without those of a model that predicts nothing."""
    return tuple(each for each in commands if pipeline.trainer.needs_data or not each.of_model)


def _ensemble(
    models: Models, objective: Objective, model: SavedModel | None, clock: Clock
) -> tuple[SavedModel | None, tuple[str, ...]]:
    """The ensemble of the search's best trials, with notes; none where there is no model of the best one."""
    if model is None:
        return None, ()
    search = models.work.pipeline.search
    candidates = [*islice(objective.winners(models.ledger.trials()), search.candidates)]
    with timed("ensemble selected"):
        return Ensembles(models, objective.conditions).made(candidates, search.ensemble, clock, model.date)


def _assessment(
    context: SearchContext,
    folds: Folds,
    best: Trial | None,
    model: SavedModel | None,
    ensemble: SavedModel | None,
    clock: Clock,
) -> Assessment | None:
    """The winner's assessment: as it is recorded, or made and recorded where the models are others now."""
    if best is None or model is None:
        return None
    ledger = context.ledger
    with suppress(StoreError):  # a damaged one is made again
        before = ledger.assessment()
        asked = bool(before and before.baselines) is folds.work.pipeline.search.baselines
        # They differ where it has been trained further since, or its threshold has changed. As text NaN equals NaN.
        known = [str(judged(each.metrics)) for each in (model, ensemble) if each]
        told = [str(each.metrics) for each in (before.winner, before.ensemble) if each] if before else []
        same = before and before.trial == best.index and told == known
        if before and asked and same and all(each.note != NO_TIME for each in before.baselines):
            return before

    def begins(name: str) -> None:
        context.observers.tell("before_baseline", run=context.info, name=name)

    found = assessed(folds, best, model, ensemble, clock, begins)
    if found is not None:
        ledger.assess(found)
    return found
