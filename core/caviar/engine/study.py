"""The study loop: round after round is proposed, trained, recorded; a study that was interrupted goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.config.dump import changed, to_toml
from caviar.config.resolved import versions_of
from caviar.config.space import floats, settle, space_of
from caviar.engine.files import write_durably
from caviar.engine.history import history_of
from caviar.engine.identity import numeric_identity
from caviar.engine.job import Stopped, Work
from caviar.engine.objective import Objective
from caviar.engine.observers import Observers
from caviar.engine.prepare import Preparation
from caviar.engine.rounds import Round
from caviar.engine.saved import SavedModel
from caviar.engine.setup import set_up
from caviar.interfaces.executor import Workers
from caviar.interfaces.store import Ledger, StudyRecord
from caviar.registry.load import name_of
from caviar.values.arrays import Array
from caviar.values.dimension import Space
from caviar.values.random import Random
from caviar.values.run import RunInfo, Summary
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

# What may differ when a study is resumed: none of it changes a trial.
_FREE = ("search.trials", "trainer.population", "executor", "reporter", "store")


class Refused(Exception):
    """The folder holds a study of something else; the message says what differs and what to do."""


@dataclass(frozen=True)
class Run:
    """What a run came to; `complaints` says which reporters raised what, by name."""

    info: RunInfo
    summary: Summary
    complaints: Mapping[str, str]


def run(pipeline: Pipeline, runs: Path, check_stop: Callable[[], None] = lambda: None) -> Run:
    """Runs or resumes a pipeline in `runs/<name>`. Raises DataError, StoreError, UnknownMetric, Refused, Stopped."""
    from time import monotonic

    began = monotonic()
    folder = runs / pipeline.name
    work, preparation, objective = set_up(pipeline)
    pipeline = _with_metric(pipeline, objective)
    space = space_of(pipeline)
    observers = Observers(pipeline.reporter)
    with pipeline.store.open(folder, objective.goal) as ledger:
        _agree(ledger, pipeline, work, objective, folder)
        write_durably(folder / "pipeline.toml", to_toml(pipeline).encode())
        before = ledger.trials()
        info = RunInfo(
            name=pipeline.name,
            folder=folder,
            total=pipeline.search.trials,
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
            raise
        trials = ledger.trials()
        best = objective.best(trials)
        if best is not None:
            best = _save_best(best, pipeline, preparation, work, ledger, folder)
        summary = Summary(trials, best, monotonic() - began)
        observers.tell("after_run", run=info, summary=summary)
        return Run(info, summary, observers.failures)


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
        total, size = self.pipeline.search.trials, self.pipeline.search.round
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
            return numpy.empty((0 if before else 1, 0))  # one model, nothing to search
        random = Random(self.pipeline.seed).child("strategy")
        history = history_of(before, self.ledger, self.objective)
        return self.space.clip(self.pipeline.search.strategy.propose(self.space, history, count, random))


def _with_metric(pipeline: Pipeline, objective: Objective) -> Pipeline:
    """The resolved file says which metric "auto" came to."""
    return pipeline.model_copy(update={"search": pipeline.search.model_copy(update={"metric": objective.metric})})


def _agree(ledger: Ledger, pipeline: Pipeline, work: Work, objective: Objective, folder: Path) -> None:
    """Refuses to mix two studies; notes what this one is about."""
    identity = numeric_identity(pipeline.trainer.dtype, name_of(type(work.backend)))
    fingerprint = work.datasets[0].fingerprint
    now = StudyRecord(to_toml(pipeline), identity, fingerprint, versions_of(pipeline), objective.metric, objective.goal)
    before = ledger.study()
    if before is not None:
        way_out = f"give it another name (--set name=…) or folder (--runs), or delete {folder}"
        moved = [key for key in changed(before.file, now.file) if not key.startswith(_FREE)]
        if moved:
            raise Refused(f"{folder} was begun with another file; changed: {', '.join(moved)}; {way_out}")
        if before.fingerprint != fingerprint:
            raise Refused(f"{folder} was begun with other data: its content has changed; {way_out}")
        both = {**before.identity, **before.plugins}, {**now.identity, **now.plugins}
        moved = [
            f"{key} {both[0].get(key, 'absent')} -> {both[1].get(key, 'absent')}"
            for key in sorted({*both[0], *both[1]})
            if both[0].get(key) != both[1].get(key)
        ]
        if moved:
            raise Refused(
                f"{folder} was begun on another system, results would not be comparable: {'; '.join(moved)}; {way_out}"
            )
    ledger.describe(now)


def _save_best(
    best: Trial, pipeline: Pipeline, preparation: Preparation, work: Work, ledger: Ledger, folder: Path
) -> Trial:
    """Saves the winner as models/best.safetensors and measures it on the test part; the winner with those metrics."""
    settled = settle(pipeline, best.values)
    model = SavedModel(settled, preparation, ledger.weights(best.index), best.index, best.metrics)
    data = work.datasets[0]
    tested = {}
    if len(data.split.test):
        prediction = model.predict_inputs(data.x[data.split.test])
        for name, metric in work.metrics.items():
            tested[f"test.{name}"] = float(metric.measure(prediction[None], data.truth[data.split.test])[0])
    best = replace(best, metrics={**best.metrics, **tested})
    replace(model, metrics=best.metrics).save(folder / "models" / "best.safetensors")
    return best
