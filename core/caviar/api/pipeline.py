"""Pipeline as Python programs use it: the declaration of `caviar.config`, and methods that run it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import PrivateAttr

import caviar.config.load as from_file
from caviar.config.checks.crosscheck import complaints
from caviar.config.declaration.pipeline import Pipeline as Declaration
from caviar.config.declaration.tiers import complete
from caviar.config.reading.document import python_part
from caviar.config.reading.errors import Mistake, Mistakes
from caviar.interfaces.data import Data, DataError
from caviar.interfaces.reporter import Reporter
from caviar.registry.code import with_code
from caviar.registry.hooks import hook
from caviar.registry.index import using
from caviar.registry.load import load as load_plugin
from caviar.registry.load import name_of
from caviar.values.arrays import Array
from caviar.values.ranking import failures_of, without_winner
from caviar.values.run import RunView
from caviar.values.run_facts import RunFacts
from caviar.values.task import TaskKind
from caviar.values.trial import Trial, TrialState

if TYPE_CHECKING:
    from caviar.api.study import Study
    from caviar.values.dataset import Split

D = TypeVar("D", bound=Declaration)


class Pipeline(Declaration):
    """Data, transforms, model, training and search. Fields that are `Tunable` may be a sampler or a choice of plugins.

    `Pipeline(optimizer=Adam(learning_rate=Log(1e-4, 1))).run(X, y)`; a file's is `load("my.toml").run()`.
    """

    _complete: bool = PrivateAttr(default=False)

    def __eq__(self, other: object) -> bool:
        """Compares declarations, whatever their origin."""
        if not isinstance(other, Declaration):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Declaration.model_fields)

    __hash__ = Declaration.__hash__

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Another pipeline with some fields changed; they are checked, and raise, as in `Pipeline(…)`."""
        with using(self.registry):
            given = type(self)(**update) if update else self
        return super().model_copy(update={name: getattr(given, name) for name in update or ()}, deep=deep)

    def run(
        self,
        X: Any = None,
        y: Any = None,
        *,
        on_trial: Callable[[Trial], None] | None = None,
        runs: str | PathLike[str] | None = None,
        allow_other_system: bool = False,
    ) -> Study:
        """Searches and trains; rows are arrays, a data frame, or those of `data`.

        The study is kept in memory and starts anew at each call, unless `runs` names a folder to store it: then the
        same call goes on where an interrupted one stopped. `on_trial` is called with every trial that ends. Ctrl-C
        ends the run and gives the study so far. With `allow_other_system` a study of another numeric identity goes on,
        its trials marked (`Trial.origins`). Raises Mistakes, Refused where the folder holds a study of something
        else, DataError, StoreError: each is a Problem.
        """
        with using(self.registry):
            pipeline = self._with_rows(X, y)._checked()
        if runs is not None:
            return _run(pipeline, Path(runs), on_trial, keep=True, mixed=allow_other_system)
        with TemporaryDirectory(prefix="caviar-") as folder:
            return _run(pipeline, Path(folder), on_trial, keep=False)

    def split(self, X: Any = None, y: Any = None) -> tuple[Split, ...]:
        """Which rows a run trains, validates and tests on: one split, or one for each fold.

        `train`, `validation` and `test` are positions from 0: of X, or of the rows in the file of `data`, where those
        of its `test_path` count for themselves. Raises Mistakes and DataError.
        """
        from caviar.engine.data.row_parts import row_parts

        with using(self.registry):
            return row_parts(self._with_rows(X, y)._checked()).in_files

    def to_toml(self) -> str:
        """The pipeline as a TOML file, with every default, and the values of its recipe, written out."""
        from caviar.config.declaration.dump import to_toml

        with using(self.registry):
            return to_toml(_filled(self))

    @classmethod
    def completed(cls, declared: Declaration) -> Self:
        """A pipeline whose tiers are already filled in, as `load` returns it."""
        pipeline = _as(cls, declared)
        pipeline._complete = True
        return pipeline

    def _with_rows(self, X: Any, y: Any) -> Self:
        if X is not None and not self.trainer.needs_data:
            raise DataError(f"trainer '{name_of(type(self.trainer))}' reads no data; call run() without rows")
        if X is None:
            if self.data is None and self.trainer.needs_data:
                raise DataError("no rows were given; call run(X, y), or pass Pipeline(data=…)")
            return self
        if y is None:
            raise DataError("y is missing; run(X, y) needs the values to predict")
        from caviar.engine.data.frames import table_of

        memory: Any = load_plugin("data", "memory")
        given = self.data if isinstance(self.data, memory) else memory()
        copy = self.model_copy(update={"data": given.holding(table_of(X, y))})
        copy._complete = self._complete
        return copy

    def _checked(self) -> Declaration:
        pipeline = _filled(self)
        if not self._complete:
            pipeline = complete(pipeline)
        found = [Mistake(self.name, None, ".".join(map(str, keys)), text) for keys, text in complaints(pipeline)]
        if found:
            raise Mistakes(found)
        return _as(Declaration, pipeline)  # whose copies, of which each trial needs some, are not checked again


def load(
    path: str | PathLike[str],
    settings: Iterable[str] = (),
    code: str | PathLike[str] | None = None,
    *,
    trust: bool = False,
) -> Pipeline:
    """The pipeline of a file, with `path=value` settings laid over it; `code` is a file of plugins to try out.

    Of a Python file, "train.py" or "train.py:name", it is that of its training function. With `trust` a run may start
    the programs that the file names; without, it raises Untrusted where there are some. Raises Mistakes with everything
    that is wrong, and PluginError if `code` cannot be used.
    """
    registry = with_code(python_part(fspath(path)), with_code(None if code is None else Path(code)))
    with using(registry):
        return Pipeline.completed(from_file.load(path, settings).trusting(trust))


def _as(cls: type[D], pipeline: Declaration) -> D:
    """The same declaration as an instance of another class."""
    values = {name: getattr(pipeline, name) for name in Declaration.model_fields}
    with using(pipeline.registry):
        made = cls.model_construct(pipeline.model_fields_set, **values)
    made._recipe_task, made._trusted = pipeline.recipe_task, pipeline.trusted
    return made


def _filled(pipeline: Pipeline) -> Declaration:
    """The pipeline with the values of its recipe. Raises Mistakes and DataError."""
    if pipeline.recipe is None:
        return pipeline
    from caviar.config.recipes.filled_program import filled_program

    return filled_program(_as(Declaration, pipeline), _task_of_rows)


def _task_of_rows(data: Data) -> TaskKind:
    """The task of data whose head does not show it."""
    from caviar.engine.data.task import task_of

    return task_of(data, data.read())[0].kind


class _OnTrial(Reporter):
    """Calls the user's function."""

    name = "on_trial"
    _call: Callable[[Trial], None] = PrivateAttr()

    @hook
    def after_trial(self, trial: Trial) -> None:
        self._call(trial)


class _Curves(Reporter):
    """Keeps every curve, and what figures show, for the Study: the folder of one in memory is deleted at the end."""

    name = "curves"
    _read: dict[str, Mapping[int, Array]] = PrivateAttr(default_factory=dict)
    _facts: RunFacts | None = PrivateAttr(default=None)

    @property
    def read(self) -> Mapping[str, Mapping[int, Array]]:
        """Metric -> trial -> its values."""
        return self._read

    @property
    def found(self) -> RunFacts | None:
        """What figures show; None where the run ended before anything was recorded."""
        return self._facts

    @hook
    def after_run(self, view: RunView) -> None:
        self._read.update(view.all_curves())
        self._facts = view.facts()

    @hook
    def on_failure(self, view: RunView) -> None:
        self.after_run(view)


def _run(
    pipeline: Declaration, runs: Path, on_trial: Callable[[Trial], None] | None, keep: bool, mixed: bool = False
) -> Study:
    from caviar.api.study import Study
    from caviar.engine.model.trained import TrainedModel
    from caviar.engine.study import Interrupted, run

    curves = _Curves()
    watchers: list[Reporter] = [curves]
    if on_trial is not None:
        watcher = _OnTrial()
        watcher._call = on_trial
        watchers.append(watcher)
    interrupted = False
    try:
        done = run(pipeline, runs, watchers=watchers, kept=keep, mixed=mixed)
    except Interrupted as stop:
        done, interrupted = stop.run, True
    for reporter, complaint in done.complaints.items():
        told = f"reporter {reporter} failed in {complaint}"
        if reporter.partition(" ")[0] == _OnTrial.name:
            told = f"on_trial raised {complaint.removeprefix('after_trial: ')}; the search continued"
        warnings.warn(told, stacklevel=3)
    best, failure = done.summary.best, done.summary.failure
    if failure is not None:
        warnings.warn(failure, stacklevel=3)
    info, trials = done.info, done.summary.trials
    finished = any(trial.state is TrialState.FINISHED for trial in trials)
    if not (finished or best or interrupted or pipeline.reporter) and (reasons := failures_of(trials)):
        warnings.warn(f"no trial finished; {reasons}", stacklevel=3)
    winner = None if best is None else TrainedModel(best.index, best.values, best.metrics, done.model, failure)
    refused = best is None and info.where and finished
    nearest = without_winner(trials, info.goal, info.where) if refused else ""
    folder = info.folder if keep else None
    several, together = done.ensemble, None
    if several is not None and best is not None:
        together = TrainedModel(best.index, best.values, several.metrics, several)
    said = done.summary.assessment, done.advice, together, curves.read, curves.found
    return Study(pipeline.name, info.metric, trials, winner, folder, interrupted, nearest, *said)
