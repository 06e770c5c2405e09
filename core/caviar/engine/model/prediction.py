"""Predicting the rows of a file with a saved model."""

from __future__ import annotations

from pathlib import Path

from caviar.config.reading.resolved import reader_for
from caviar.engine.model.on_disk import open_model
from caviar.interfaces.data import DataError
from caviar.values.arrays import Array
from caviar.values.task import Task


def predict_file(model: Path, data: Path) -> tuple[Task, Array]:
    """The task, and probabilities (rows, classes) or targets (rows, targets).

    Raises NotAModel, NothingToPredict, DataError.
    """
    opened = open_model(model)
    opened.require_prediction()
    task, first = opened.task, opened.first
    table = reader_for(data, task.targets[0], first.pipeline.data).read_rows(first.preparation.words)
    try:
        return task, opened.predict(table)
    except DataError as error:
        raise DataError(f"{data}: {error}") from None
