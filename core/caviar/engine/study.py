"""The study loop: round after round is proposed, trained, recorded; a study that was interrupted goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.config.dump import to_toml
from caviar.config.space import floats, settle, space_of
from caviar.engine.agreement import agree, record_of
from caviar.engine.history import history_of
from caviar.engine.job import Work, told
from caviar.engine.objective import Objective
from caviar.engine.observers import Observers
from caviar.engine.prepare import Preparation
from caviar.engine.rounds import Round
from caviar.engine.saved import SavedModel
from caviar.engine.setup import set_up
from caviar.interfaces.executor import Workers
from caviar.interfaces.reporter import Reporter
from caviar.interfaces.store import Ledger
from caviar.registry.index import PluginError
from caviar.registry.load import name_of, version_of
from caviar.values.arrays import Array
from caviar.values.dimension import Space
from caviar.values.files import write_whole
from caviar.values.problem import Stopped
from caviar.values.random import Random
from caviar.values.run import RunInfo, Summary
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline


@dataclass(frozen=True)
class Run:
    """What a run came to; `complaints` says which reporters raised what, by name; `model` is the best trial's."""

    info: RunInfo
    summary: Summary
    complaints: Mapping[str, str]
    model: SavedModel | None


class Interrupted(Stopped):
    """A run was stopped; `run` is how far it came, the test part untouched."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


def run(
    pipeline: Pipeline,
    runs: Path,
    check_stop: Callable[[], None] = lambda: None,
    watchers: Sequence[Reporter] = (),
) -> Run:
    """Runs or resumes a pipeline in `runs/<name>`; `watchers` are reporters besides the pipeline's own.

    Raises DataError, StoreError, UnknownMetric, Refused, Interrupted.
    """
    from time import monotonic

    began = monotonic()
    folder = runs / pipeline.name
    work, preparation, objective = set_up(pipeline)
    pipeline = _with_metric(pipeline, objective)
    space = space_of(pipeline)
    total = pipeline.search.trials if len(space) else 1  # nothing to search: one model
    observers = Observers((*pipeline.reporter, *watchers))
    with pipeline.store.open(folder, objective.goal) as ledger:
        agree(ledger, record_of(pipeline, work, objective), total, folder)
        write_whole(folder / "pipeline.toml", to_toml(pipeline).encode())
        before = ledger.trials()
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
        )
        observers.tell("before_run", run=info)
        study = _Study(pipeline, space, objective, ledger, observers, info)
        try:
            with pipeline.executor.open(work, check_stop) as workers:
                study.complete(workers)
        except BaseException as error:
            interrupted = isinstance(error, (Stopped, KeyboardInterrupt))
            observers.tell("on_failure", run=info, reason="interrupted" if interrupted else str(error))
            if not interrupted:
                raise
            trials = ledger.trials()
            best = objective.best(trials)
            model = None if best is None else _model_of(best, pipeline, preparation, ledger)
            if model is not None:
                model.save(_best_model(folder))
            summary = Summary(trials, best, monotonic() - began)
            raise Interrupted(Run(info, summary, observers.failures, model)) from error
        trials = ledger.trials()
        best = objective.best(trials)
        model = None
        if best is not None:
            model = _tested(_model_of(best, pipeline, preparation, ledger), work)
            model.save(_best_model(folder))
            best = replace(best, metrics=model.metrics)
        summary = Summary(trials, best, monotonic() - began)
        observers.tell("after_run", run=info, summary=summary)
        return Run(info, summary, observers.failures, model)


@dataclass(frozen=True)
class _Study:
    """One study at work."""

    pipeline: Pipeline
    space: Space
    objective: Objective
    ledger: Ledger
    observers: Observers
    info: RunInfo

    def complete(self, workers: Workers) -> None:
        """Trains every trial that is wanted and not done. Round k always holds trials k * round and following."""
        total, size = self.info.total, self.pipeline.search.round
        for index in range(-(-total // size)):
            wanted = range(index * size, min((index + 1) * size, total))
            known = self._propose(index, wanted)
            part = Round(
                self.pipeline, self.objective, self.ledger, self.observers, self.info, floats(self.pipeline), wanted
            )
            if part.complete(workers):
                trials = self.ledger.trials()[wanted.start : wanted.stop]
                self.observers.tell("after_round", run=self.info, index=index, trials=trials)
            if known < len(wanted):  # the strategy has nothing left to try
                break

    def _propose(self, index: int, wanted: range) -> int:
        """Adds what is missing of a round, proposed from the rounds before it only; how many trials it has."""
        known = self.ledger.trials()
        if len(known) >= wanted.stop:
            return len(wanted)
        points = self._points(known[: wanted.start], len(wanted))
        new = [
            Trial(number, index, tuple(point.tolist()), self.space.values(point))
            for number, point in zip(wanted, points, strict=False)
            if number >= len(known)
        ]
        if new:
            self.ledger.add_round(index, new)
        return min(len(points), len(wanted))

    def _points(self, before: Sequence[Trial], count: int) -> Array:
        import numpy

        if len(self.space) == 0:
            return numpy.empty((count, 0))
        strategy, random = self.pipeline.search.strategy, Random(self.pipeline.seed).child("strategy")
        history = history_of(before, self.ledger, self.objective)
        try:
            points = numpy.asarray(strategy.propose(self.space, history, count, random), dtype=numpy.float64)
            if points.ndim != 2 or points.shape[0] > count or points.shape[1] != len(self.space):
                raise ValueError(f"it proposed an array of shape {points.shape} instead of {(count, len(self.space))}")
        except Exception as error:  # a plugin may raise anything
            name, owner = name_of(type(strategy)), version_of(type(strategy))
            raise PluginError(f"strategy '{name}' of {owner} failed: {told(error)}") from error
        return self.space.clip(points)


def _with_metric(pipeline: Pipeline, objective: Objective) -> Pipeline:
    """The resolved file says which metric "auto" came to."""
    return pipeline.model_copy(update={"search": pipeline.search.model_copy(update={"metric": objective.metric})})


def _tested(model: SavedModel, work: Work) -> SavedModel:
    """The model with its metrics on the test part, where there is one."""
    data = work.datasets[0]
    if not len(data.split.test):
        return model
    prediction, truth = model.predict_inputs(data.x[data.split.test])[None], data.truth[data.split.test]
    tested = {f"test.{name}": float(metric.measure(prediction, truth)[0]) for name, metric in work.metrics.items()}
    return replace(model, metrics={**model.metrics, **tested})


def _model_of(trial: Trial, pipeline: Pipeline, preparation: Preparation, ledger: Ledger) -> SavedModel:
    settled = settle(pipeline, trial.values)
    return SavedModel(settled, preparation, ledger.weights(trial.index), trial.index, trial.metrics)


def _best_model(folder: Path) -> Path:
    return folder / "models" / "best.safetensors"
