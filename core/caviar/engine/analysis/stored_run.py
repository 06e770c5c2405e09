"""A run as programs and reporters read it: from its folder, or from the ledger of the running search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.config.declaration.space import settle
from caviar.engine.analysis.results import Results, model_of, results_of
from caviar.engine.analysis.run_facts import facts_of
from caviar.engine.analysis.trial_frames import curves_to_pandas, curves_to_polars, to_pandas, to_polars
from caviar.engine.model.member import ModelMember
from caviar.engine.model.on_disk import ensemble_file, open_model
from caviar.engine.model.saved import SavedModel
from caviar.engine.model.trained import TrainedModel
from caviar.engine.revalidation.tested import tested
from caviar.engine.storage.fold_weights import parted
from caviar.engine.storage.run_folder import begun_with, pipeline_file
from caviar.engine.storage.study_view import StudyView, read_study
from caviar.registry.index import Registry, current, using
from caviar.values.arrays import Array
from caviar.values.assessment import Assessment
from caviar.values.history import Goal
from caviar.values.problem import Problem
from caviar.values.run import RunView
from caviar.values.run_facts import RunFacts
from caviar.values.trial import Trial, TrialState

if TYPE_CHECKING:
    from caviar.config.advice.advice import Advice
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class StoredRun(RunView):
    """A run in a folder, finished or running. Reading takes no lock and changes nothing.

    Trials are read once, when first asked for; curves and models each time.
    """

    folder: Path
    _open: Callable[[], AbstractContextManager[StudyView]] = field(repr=False, compare=False)
    _begun: Pipeline | None = field(default=None, repr=False, compare=False)
    """The resolved pipeline where it is at hand; else it is read from the study."""
    _registry: Registry = field(default_factory=current, repr=False, compare=False)
    """What the names in its files mean."""

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every trial in order, as it was recorded when the run was opened."""
        return self._results.trials

    @property
    def best(self) -> Trial | None:
        """The best trial that has finished and meets `search.where`; None if there is none yet."""
        return self._results.objective.best(self.trials)

    @property
    def importance(self) -> Mapping[str, float]:
        """The importance of each hyperparameter: path -> share; empty while fewer than 16 trials have finished."""
        return self._results.importance

    @property
    def assessment(self) -> Assessment | None:
        """The winner beside its baselines, with intervals over rows; None before the search has ended."""
        return self._results.assessment

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What the result suggests to do or to doubt, as `pipe results` prints it."""
        return self._results.advice

    @property
    def pipeline(self) -> Pipeline:
        """The resolved pipeline that the study was started with."""
        return self._results.pipeline

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything that the bits of its results depend on besides pipeline, seed and data: name -> version."""
        return self._results.identity

    @property
    def metric(self) -> str:
        """The searched metric, such as "validation.accuracy"."""
        return self._results.metric

    @property
    def goal(self) -> Goal:
        """Whether the metric is maximized or minimized."""
        return self._results.objective.goal

    def facts(self) -> RunFacts:
        """All that reports show, read at once."""
        with using(self._registry), self._open() as ledger:
            return facts_of(self.folder, self._results, ledger)

    def curves(self, metric: str | None = None) -> dict[int, Array]:
        """A metric (None: the searched one) after each epoch: trial -> float64 (epochs). Raises Problem.

        Trials that have no epoch recorded are absent.
        """
        name = self.metric if metric is None else metric
        with self._open() as ledger:
            found = _arrays(ledger.curves(name))
        known = {each for trial in self.trials for each in trial.metrics}
        if known and name not in known:
            raise Problem(f"there is no metric '{name}'; available: {', '.join(sorted(known))}")
        return found

    def curves_of(self, trial: int) -> dict[str, Array]:
        """Every metric of one trial after each epoch: name -> float64 (epochs). Raises Problem.

        A trial that has no epoch recorded has none.
        """
        import numpy

        with self._open() as ledger:
            if not 0 <= trial < (count := len(ledger.trials())):
                raise self._missing(trial, count)
            curves = {name: ledger.curves(name).get(trial) for name in ledger.metrics()}
            return {name: numpy.asarray(curve, dtype=numpy.float64) for name, curve in curves.items() if curve}

    def all_curves(self) -> dict[str, dict[int, Array]]:
        """The curves of every metric: name -> trial -> float64 (epochs)."""
        with self._open() as ledger:
            found = {name: _arrays(ledger.curves(name)) for name in ledger.metrics()}
        return {name: curves for name, curves in found.items() if curves}

    def model(self, trial: int | None = None) -> TrainedModel:
        """The saved best model, or that of another finished trial whose weights are kept. Raises Problem.

        The best model is saved when the run ends. It holds what the transforms learned, so other trials' models can
        be opened from then on.
        """
        with using(self._registry):
            saved = open_model(model_of(self.folder, "best"))
        if trial is None or trial == saved.trial:
            return TrainedModel(saved.trial, self._trial(saved.trial).values, saved.metrics, saved)
        wanted = self._trial(trial)
        if wanted.state is not TrialState.FINISHED:
            raise Problem(f"trial {trial} has no model: it is {wanted.state.value}, not finished")
        with self._open() as ledger:
            weights = ledger.weights(trial)
        settled = settle(self._results.pipeline, wanted.values).model_copy(update={"backend": None})  # as in saved
        by_fold = parted(weights, (settled.data and settled.data.folds) or 1)
        # The saved model has a member for each fold whose model predicts, the first ones.
        pairs = zip(saved.members, by_fold, strict=False)
        members = tuple(ModelMember(trial, settled, each.preparation, own) for each, own in pairs)
        model = SavedModel(members, wanted.metrics, date=saved.date)
        return TrainedModel(trial, wanted.values, wanted.metrics, model)

    def ensemble(self) -> TrainedModel | None:
        """The saved ensemble, whose first member is the best trial; None where none was made. Raises Problem."""
        if not lexists(file := ensemble_file(self.folder)):
            return None
        with using(self._registry):
            saved = open_model(file)
        return TrainedModel(saved.trial, self._trial(saved.trial).values, saved.metrics, saved)

    def to_pandas(self) -> Any:
        """A pandas.DataFrame, a row for each trial: state, values by path, metrics. Raises Problem without pandas."""
        return to_pandas(self.trials)

    def to_polars(self) -> Any:
        """A polars.DataFrame with the same columns. Raises Problem without polars."""
        return to_polars(self.trials)

    def curves_to_pandas(self) -> Any:
        """A pandas.DataFrame, a row for each epoch of each trial: every metric. Raises Problem without pandas."""
        return curves_to_pandas(self.all_curves())

    def curves_to_polars(self) -> Any:
        """A polars.DataFrame with the same columns. Raises Problem without polars."""
        return curves_to_polars(self.all_curves())

    def _trial(self, number: int) -> Trial:
        found = next((each for each in self.trials if each.index == number), None)
        if found is None:
            raise self._missing(number, len(self.trials))
        return found

    def _missing(self, number: int, trials: int) -> Problem:
        return Problem(f"there is no trial {number}; {self.folder} has {trials} trials, numbered from 0")

    @cached_property
    def _results(self) -> Results:
        with using(self._registry), self._open() as ledger:
            begun = self._begun or begun_with(self.folder, ledger.study())
            return results_of(begun, ledger, tested(self.folder))


def _arrays(curves: Mapping[int, Sequence[float]]) -> dict[int, Array]:
    import numpy

    return {trial: numpy.asarray(curve, dtype=numpy.float64) for trial, curve in curves.items()}


def opener_of(folder: Path) -> Callable[[], AbstractContextManager[StudyView]]:
    """A function that opens the study of a folder read-only. Raises NoRun, Mistakes, StoreError."""
    store = pipeline_file(folder).store
    return lambda: read_study(store, folder)


def going_on(folder: Path, ledger: StudyView, pipeline: Pipeline) -> StoredRun:
    """The run whose ledger this process has open; only the thread that opened it may read it, while it is open.

    `pipeline` may have plugins that are classes of this program, which its file cannot name.
    """
    return StoredRun(folder, lambda: nullcontext(ledger), pipeline)
