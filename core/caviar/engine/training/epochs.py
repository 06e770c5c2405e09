"""The number of epochs that a trial was to be trained for, which the file of its study may have changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.interfaces.store import StudyRecord
    from caviar.values.trial import Trial


def epochs_of(trial: Trial, study: StudyRecord | None, pipeline: Pipeline) -> int:
    """The epochs of a trial's whole training; those of the pipeline where it has not been trained yet."""
    known = (study.origins[each].epochs for each in trial.origins) if study else iter(())
    return max(known, default=pipeline.trainer.epochs)


def with_epochs(pipeline: Pipeline, epochs: int) -> Pipeline:
    """The same pipeline for so many epochs."""
    return pipeline.model_copy(update={"trainer": pipeline.trainer.model_copy(update={"epochs": epochs})})
