"""The winner of a study as a model: its weights, its metrics on the test part, its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.config.declaration.space import parts_of, settle
from caviar.engine.data.prepare import Preparation
from caviar.engine.failures.plugin_errors import reason_of
from caviar.engine.model.decide import about_positive, confusion, seen_by, with_threshold
from caviar.engine.model.evaluation_file import keep_evaluation
from caviar.engine.model.folds import Folds, Judged, together
from caviar.engine.model.member import ModelMember
from caviar.engine.model.on_disk import NotAModel, best_file, open_model, save_model
from caviar.engine.model.saved import SavedModel
from caviar.engine.model.weights import Weights
from caviar.engine.storage.artifacts import Unreachable, lost_ignored
from caviar.engine.storage.fold_weights import parted
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.engine.training.job import Work
from caviar.engine.training.measuring import measured_or_nan
from caviar.interfaces.metric import Metric
from caviar.interfaces.store import file_errors
from caviar.registry.load import name_of, version_of
from caviar.values.arrays import Array
from caviar.values.class_decision import ClassDecision
from caviar.values.metric_name import MetricName
from caviar.values.task import Task
from caviar.values.trial import Trial

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Models:
    """Makes models of a study's trials; `folder` is the run's. `preparations`: see `Folds`.

    `date_of` says when the search ended, of the model that it ended with.
    """

    work: Work
    preparations: tuple[Preparation, ...]
    ledger: StudyLedger
    folder: Path
    date_of: Callable[[SavedModel], str]
    mixed: bool = False
    """Whether trials may be trained again under another numeric identity."""

    def made(
        self, best: Trial | None, check_stop: Callable[[], None]
    ) -> tuple[SavedModel | None, str | None, str | None]:
        """The winner as a tested model with a note on its weights, or the reason why there is none.

        Trials are recorded, and a model that cannot be made does not undo them.
        """
        if best is None:
            return None, None, None
        try:
            return *self.tested(best, check_stop), None
        except Unreachable:  # the model can be made when its weights can be read again
            raise
        except Exception as error:  # a plugin may raise anything, and the disk may be full
            return None, None, self._failure(best, error)

    def so_far(self, ranking: Iterable[Trial]) -> tuple[Trial | None, SavedModel | None, str | None]:
        """The model, untested, of the best trial whose weights are stored, or the reason why there is none.

        A saved model of a better trial, whose weights were lost, stays.
        """
        for trial in ranking:
            try:
                with lost_ignored():
                    if self.ledger.holds(trial.index):
                        return trial, self._saved(self.folds.saved(self.model(trial, self.weights.stored(trial)))), None
                if saved := self._saved_before(trial):
                    return trial, saved, None
            except Exception as error:  # a plugin may raise anything, and the disk may be full
                return trial, None, self._failure(trial, error)
        return None, None, None

    def _saved_before(self, trial: Trial) -> SavedModel | None:
        """The model in the run's folder, if it is this trial's and can be read."""
        with suppress(NotAModel):
            saved = open_model(best_file(self.folder))
            if saved.trial == trial.index:
                return saved
        return None

    def tested(self, winner: Trial, check_stop: Callable[[], None]) -> tuple[SavedModel, str | None]:
        """Saves the winner; returns it with its metrics on the test part, if there is one, and a note on weights."""
        weights, note = self.weights.of(winner, check_stop)
        model = self.model(winner, weights)
        found = self._predicted(model)
        saved = self._saved(self._judged(model, winner.state.done, found))
        untold = keep_evaluation(self.folder, self.work, saved, found)
        return saved, "; ".join(filter(None, (self._stopped(winner), note, untold))) or None

    def judged(self, model: SavedModel, recorded: bool) -> SavedModel:
        """The model as it is saved, with its metrics on the test part; of classes its threshold and confusion matrices.

        `model` has the members of all folds. Validation rows are predicted out of fold, and metrics of that part are
        the means over folds; those that a trial has `recorded`, because it has ended, are not measured again.
        """
        return self._judged(model, recorded, self._predicted(model))

    def _predicted(self, model: SavedModel) -> dict[str, list[Judged]]:
        """What it predicts for validation rows, fold by fold, and for test rows; nothing without data."""
        if not self.work.pipeline.trainer.needs_data:
            return {}
        folds, test = self.folds, self.work.datasets[0].split.test
        found = {"validation": folds.out_of_fold(folds.predictors(model))}
        if len(test):
            found["test"] = [(folds.answers(model, test), self.work.datasets[0].truth[test])]
        return found

    def _judged(self, model: SavedModel, recorded: bool, found: Mapping[str, Sequence[Judged]]) -> SavedModel:
        folds, several = self.folds, len(model.task.targets) > 1
        if model.task.kind == "classification":
            model = replace(model, decision=self._decision(model.task, found))
        metrics = dict(model.metrics)
        for part, judged in found.items():
            for name, metric in self.work.metrics.items():
                decides = model.task.threshold is not None and metric.of_classes
                if part == "test" or decides or not recorded:
                    metrics[str(MetricName(part, name))] = self._measured(metric, judged, model.task)
                for place, target in enumerate(model.task.targets if several else ()):
                    one = slice(place, place + 1)
                    alone = [(prediction[:, one], truth[:, one]) for prediction, truth in judged]
                    metrics[str(MetricName(part, f"{name}:{target}"))] = self._measured(metric, alone, model.task)
        return folds.saved(replace(model, metrics=metrics))

    def _decision(self, task: Task, found: Mapping[str, Sequence[Judged]]) -> ClassDecision:
        declared = self.work.pipeline.data
        assert declared is not None, "there are classes"
        whole = {part: together(judged) for part, judged in found.items()}
        task = with_threshold(task, declared, self.work.metrics, *whole["validation"])
        counts = {part: confusion(*judged, task) for part, judged in whole.items()}
        chosen = declared.threshold if isinstance(declared.threshold, str) else ""
        named = about_positive(self.work.metrics)
        return ClassDecision(task.classes, counts, task.threshold, chosen, named if len(task.classes) == 2 else ())

    def _measured(self, metric: Metric, judged: Sequence[Judged], task: Task) -> float:
        """The mean over folds; NaN where the metric fails: the search is over, and its model is not to be lost."""
        measure = measured_or_nan(type(metric).measure)
        values = [float(measure(metric, seen_by(metric, each, task)[None], truth)[0]) for each, truth in judged]
        return sum(values) / len(values)

    @property
    def weights(self) -> Weights:
        """The weights of its trials."""
        return Weights(self.work, len(self.preparations), self.ledger, self.mixed)

    @property
    def folds(self) -> Folds:
        """Which of a model's members predicts which row."""
        return Folds(self.work, self.preparations)

    def members(self, trial: Trial, weights: Mapping[str, Array], count: int = 1) -> tuple[ModelMember, ...]:
        """A trial as members of a model, one for each fold, that count so often in the mean."""
        settled, by_fold = (
            settle(self.weights.pipeline_of(trial), trial.values),
            parted(weights, len(self.preparations)),
        )
        pairs = zip(self.preparations, by_fold, strict=True)
        return tuple(ModelMember(trial.index, settled, prepared, own, count) for prepared, own in pairs)

    def model(self, trial: Trial, weights: Mapping[str, Array]) -> SavedModel:
        """A trial as a model that has the members of all folds."""
        return SavedModel(self.members(trial, weights), trial.metrics)

    def _saved(self, model: SavedModel) -> SavedModel:
        dated = replace(model, date=self.date_of(model))
        self.save(dated, best_file(self.folder))
        return dated

    def save(self, model: SavedModel, path: Path) -> None:
        """Writes a model's file, where the disk is full as patiently as the ledger."""

        def write() -> None:
            with file_errors(path):
                save_model(model, path)

        self.ledger.patiently(write, sum(array.nbytes for each in model.members for array in each.weights.values()))

    def _stopped(self, winner: Trial) -> str | None:
        """That the time stopped the winner in training, if it did."""
        if winner.state.done:
            return None
        epochs = self.work.pipeline.trainer.epochs
        return f"the model is trial {winner.index} at epoch {winner.epochs} of {epochs}: the time ended its training"

    def _failure(self, trial: Trial, error: Exception) -> str:
        parts = parts_of(settle(self.work.pipeline, trial.values))
        made = [type(parts[path]) for path in ("model", "trainer") if path in parts]
        those = ", ".join(f"{each.kind} '{name_of(each)}' of {version_of(each)}" for each in made)
        return f"trial {trial.index} has won, but its model ({those}) was not saved: {reason_of(error)}"
