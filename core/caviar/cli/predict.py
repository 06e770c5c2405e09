"""`pipe predict`: predicts new rows with the best model of a run."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from caviar.cli.shared import Code, limit_blas_threads, using_code
from caviar.cli.terminal.output import give, show, show_logged

if TYPE_CHECKING:
    from caviar.values.arrays import Array
    from caviar.values.task import Task


def predict(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run's folder, such as runs/digits.", show_default=False)
    ],
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="Rows to predict; the target may be missing.", show_default=False)
    ],
    code: Code = None,
    out: Annotated[Path | None, typer.Option(help="Write a CSV file instead of printing.", show_default=False)] = None,
) -> None:
    """Predict the rows of DATA with RUN's best model.

    Prints CSV: the prediction, then each class's probability.
    """
    limit_blas_threads()
    show_logged()
    from caviar.engine.analysis.results import model_of
    from caviar.engine.model.prediction import predict_file

    with redirect_stdout(sys.stderr), using_code(code):  # whatever plugins print: the predictions are for programs
        task, prediction = predict_file(model_of(run), data)
    if out is None:
        _write(_Printed(), task, prediction)
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        _write(file, task, prediction)
    show(f"{len(prediction)} predictions in {out}", err=True)


class _Printed:
    """Standard output as a text file."""

    def write(self, text: str) -> None:
        give(text)


def _write(file: TextIO | _Printed, task: Task, prediction: Array) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*task.targets, *(f"probability {label}" for label in task.classes)])
    writer.writerows(_rows(task, prediction))


def _rows(task: Task, prediction: Array) -> Iterator[list[Any]]:
    codes = task.decided(prediction).tolist() if task.kind == "classification" else []
    for place, row in enumerate(prediction):
        numbers = [f"{value:.7g}" for value in row.tolist()]  # as many digits as float32 holds
        yield [task.classes[codes[place]], *numbers] if task.kind == "classification" else numbers
