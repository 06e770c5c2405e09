"""The rows of a revalidation: today's, prepared and as they are read, and the old ones where they are left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.config.declaration.space import searched_tables
from caviar.config.reading.resolved import reader_for
from caviar.engine.data.frames import table_of
from caviar.engine.data.prepare import Preparation, read_and_split
from caviar.engine.data.resolve import resolve_run
from caviar.engine.data.split.rows import Division
from caviar.engine.model.folds import Folds
from caviar.engine.revalidation.finished import FinishedRun
from caviar.engine.training.job import Work
from caviar.interfaces.data import Data, DataError
from caviar.registry.load import load
from caviar.values.arrays import Array
from caviar.values.problem import Problem
from caviar.values.random import Random
from caviar.values.table import Table
from caviar.values.task import Task

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class Rows:
    """Rows under a run's pipeline: its job on them, and the table as it is read; None for a trainer without data."""

    work: Work
    preparations: tuple[Preparation, ...]
    table: Table | None

    @property
    def folds(self) -> Folds:
        """Which of a model's members predicts which row."""
        return Folds(self.work, self.preparations)

    @property
    def fingerprint(self) -> str:
        """That of the data."""
        return self.work.datasets[0].fingerprint

    def without_inputs(self) -> Rows:
        """The same after nothing more is trained on them, in less memory: table, truth and task."""
        import numpy

        nothing = numpy.empty((0, 0), dtype=self.work.datasets[0].x.dtype)
        datasets = tuple(replace(each, x=nothing, y=nothing) for each in self.work.datasets)
        return replace(self, work=replace(self.work, datasets=datasets))


def old_rows(run: FinishedRun, new: Rows, given: bool, folder: Path) -> Rows | None:
    """The rows of the search where they are left as they were: today's, or those of its file where others are `given`.

    None where the file has other rows now, or cannot be read.
    """
    if new.fingerprint == run.record.fingerprint:
        return new
    if not given:
        return None
    try:
        old = _read(run.pipeline, folder)
    except Problem:  # moved away, or replaced by rows that cannot be read
        return None
    return old if old.fingerprint == run.record.fingerprint else None


def todays_rows(run: FinishedRun, data: Data | None, folder: Path) -> Rows:
    """Today's rows under the run's pipeline: those in its file, or in other `data`. Raises DataError.

    `folder` is for what trainers write. There may be other classes now than the two of which the run's file names one.
    """
    data = run.pipeline.data if data is None else data
    pipeline = run.pipeline.model_copy(update={"data": data})
    try:
        return _read(pipeline, folder)
    except DataError:
        if data is None or data.positive is None:
            raise
        return _read(pipeline.model_copy(update={"data": data.model_copy(update={"positive": None})}), folder)


def replaced(run: FinishedRun, file: Path) -> Data:
    """The data of a run with another file in the place of its own. Raises DataError."""
    trained = run.pipeline.data
    if trained is None or not run.pipeline.trainer.needs_data:
        raise Problem(f"{run.folder}: its trainer reads no data, so there is none to replace")
    if not file.exists():
        raise Problem(f"{file}: no such file")
    found = reader_for(file, run.model.task.targets[0], trained)
    own_test = getattr(found, "test_path", None) is not None  # of the old rows
    return found.model_copy(update={"test_path": None}) if own_test else found


def held_in_memory(run: FinishedRun, X: Any, y: Any) -> Data:
    """Rows of a program as the data of a run. Raises DataError."""
    memory: Any = load("data", "memory")
    trained = run.pipeline.data
    given = trained if isinstance(trained, memory) else _like(memory, trained)
    found: Data = given.holding(table_of(X, y))
    return found


def _like(memory: Any, trained: Data | None) -> Any:
    """The plugin `memory` with the settings that it shares with other data."""
    shared = () if trained is None else type(trained).model_fields.keys() & memory.model_fields.keys()
    return memory(**{name: getattr(trained, name) for name in shared})


def with_tables(rows: Rows, pipeline: Pipeline) -> Rows:
    """The same rows, to be trained on with the model, optimizer and trainer of another pipeline."""
    tables = {name: getattr(pipeline, name) for name in searched_tables(pipeline)}
    return replace(rows, work=replace(rows.work, pipeline=rows.work.pipeline.model_copy(update=tables)))


def _read(pipeline: Pipeline, folder: Path) -> Rows:
    tables = []

    def read(data: Data, seed: Random) -> tuple[Table, Task, Array, Division]:
        found = read_and_split(data, seed)
        tables.append(found[0])
        return found

    work, preparations, _ = resolve_run(pipeline, read)
    return Rows(replace(work, folder=folder), preparations, tables[0] if tables else None)
