"""A finished run as a revalidation finds it in its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.engine.model.on_disk import best_file, open_model
from caviar.engine.model.saved import SavedModel
from caviar.engine.revalidation.history import revalidations, since
from caviar.engine.revalidation.reference import Reference, read_reference
from caviar.engine.revalidation.system import numeric
from caviar.engine.search.objective import Objective, objective_of
from caviar.engine.storage.artifacts import lost_ignored
from caviar.engine.storage.run_folder import begun_with, pipeline_file
from caviar.engine.storage.study_view import read_study
from caviar.engine.training.epochs import epochs_of, with_epochs
from caviar.interfaces.store import StudyRecord
from caviar.values.arrays import Array
from caviar.values.assessment import Assessment
from caviar.values.problem import Problem
from caviar.values.ranking import without_winner
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class FinishedRun:
    """A run whose search has ended with a winner, `best`; `model` is its model as it was saved.

    `pipeline` has as many epochs as the winner was trained for, whatever its file has now, `file_epochs`.
    `leaders` are the feasible trials, the best first. `weights` are the winner's as its training left them, None where
    they are not kept, or where the time ended it. `reference` is None in a run that ended before there were any.
    """

    folder: Path
    pipeline: Pipeline
    file_epochs: int
    record: StudyRecord
    trials: tuple[Trial, ...]
    leaders: tuple[Trial, ...]
    objective: Objective
    model: SavedModel
    assessment: Assessment | None
    weights: Mapping[str, Array] | None
    reference: Reference | None

    @property
    def best(self) -> Trial:
        """The winner."""
        return next(each for each in self.trials if each.index == self.model.trial)

    def about_the_file(self) -> Iterator[str]:
        """What differs in a revalidation because the file was changed after the winner's training."""
        epochs = self.pipeline.trainer.epochs
        if epochs != self.file_epochs:
            yield f"all were trained for {epochs} epochs, as the winner was; the file has {self.file_epochs} now"
        if not self.best.state.done:
            stood = f"the winner stood at epoch {self.best.epochs} of {epochs}"
            yield f"{stood} when the time ended its search; here it is trained to its end"
        if self.best.outside:
            yield "the winner lies outside the ranges that the file has now, where it has no neighbours"

    def trusting(self, trust: bool) -> FinishedRun:
        """The run, whose programs may be started or not."""
        return replace(self, pipeline=self.pipeline.trusting(trust))

    @property
    def tested(self) -> str:
        """When the winner was tested last: by a revalidation, else when the search ended."""
        known = since(self.model.date, revalidations(self.folder))
        return known[-1].date if known else self.model.date

    @property
    def system(self) -> dict[str, str]:
        """What the search ran on."""
        if self.reference is not None:
            return self.reference.system
        return numeric(self.record.identity, self.record.plugins)


def read_finished(folder: Path) -> FinishedRun:
    """The run in a folder. Raises NoRun, Mistakes, StoreError, NotAModel, and Problem where nothing has won."""
    with read_study(pipeline_file(folder).store, folder) as ledger:
        record, trials, assessment = ledger.study(), ledger.trials(), ledger.assessment()
        pipeline = begun_with(folder, record)
        assert record is not None, "what has a pipeline was described"
        objective = objective_of(pipeline, record.metric)
        leaders = tuple(objective.winners(trials))
        if not leaders:
            raise Problem(f"{folder}: {without_winner(trials, objective.goal, objective.conditions)}")
        model, weights = open_model(best_file(folder)), None
        best = next(each for each in trials if each.index == model.trial)
        with lost_ignored():
            weights = ledger.weights(best.index) if best.state.done else None
    if assessment is not None and assessment.trial != model.trial:
        assessment = None
    epochs = epochs_of(best, record, pipeline)
    reference = read_reference(folder)
    if reference is not None and (reference.trial, reference.date) != (model.trial, model.date):
        reference = None  # of another model than the one that is there
    return FinishedRun(
        folder=folder,
        pipeline=with_epochs(pipeline, epochs),
        file_epochs=pipeline.trainer.epochs,
        record=record,
        trials=trials,
        leaders=leaders,
        objective=objective,
        model=model,
        assessment=assessment,
        weights=weights,
        reference=reference,
    )
