"""`pipe predict`: predicts new rows with a model of a run."""

from __future__ import annotations

import csv
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stdout
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypeAlias

import typer

from caviar.cli.shared import Code, limit_blas_threads, using_code
from caviar.cli.terminal.output import give, show, show_logged
from caviar.cli.terminal.progress import ProgressLine

ModelName: TypeAlias = Literal["best", "ensemble"]

if TYPE_CHECKING:
    from caviar.engine.model.prediction import Prediction
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
    model: Annotated[
        ModelName | None,
        typer.Option(help="Which model predicts; the ensemble, if there is one.", show_default=False),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a CSV file instead of printing.", show_default=False)] = None,
) -> None:
    """Predict the rows of DATA with RUN's ensemble, or its best model where it has no ensemble.

    Prints CSV: the prediction, then each class's probability. What differs from the training rows is reported on
    standard error.
    """
    limit_blas_threads()
    show_logged()
    with ExitStack() as stack:
        with redirect_stdout(sys.stderr):  # whatever plugins print: the predictions are for programs
            stack.enter_context(using_code(code))
            from caviar.engine.analysis.results import model_of
            from caviar.engine.model.prediction import predict_file

            prediction = predict_file(model_of(run, model), data)
        if out is None:
            _write(_Printed(), prediction, ProgressLine(printing=True))
        else:
            with _file(out) as file:
                _write(file, prediction, ProgressLine(printing=False))
    if out is not None:
        show(f"{prediction.rows} predictions in {out}", err=True)
    show(*(f"{data}: {each}" for each in prediction.differences), err=True)


class _Text(Protocol):
    def write(self, text: str, /) -> Any: ...


class _Printed:
    """Standard output as a text file."""

    def write(self, text: str) -> None:
        give(text)


@contextmanager
def _file(out: Path) -> Iterator[_Text]:
    """The file that is written: complete, or as it was before. What is no file, such as a pipe, is written directly."""
    from caviar.support.files import replacing

    if out.exists() and not out.is_file():
        with out.open("w", encoding="utf-8", newline="") as direct:
            yield direct
        return
    with replacing(out.resolve()) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        yield text
        text.detach()


def _write(file: _Text, prediction: Prediction, progress: ProgressLine) -> None:
    """Writes the header and a row for each prediction, block by block."""
    task, begun = prediction.task, False
    with closing(progress), closing(_silently(prediction)) as blocks:
        for block in blocks:
            text = StringIO()
            writer = csv.writer(text, lineterminator="\n")
            if not begun:
                writer.writerow([*task.targets, *(f"probability {label}" for label in task.classes)])
            writer.writerows(_rows(task, block))
            file.write(text.getvalue())
            begun = True
            progress.show(f"{prediction.rows:,} rows predicted, {prediction.share:.0%} of the file")


def _silently(prediction: Prediction) -> Generator[Array, None, None]:
    """The blocks; what plugins print meanwhile goes to standard error."""
    with closing(iter(prediction)) as blocks:
        while True:
            with redirect_stdout(sys.stderr):
                block = next(blocks, None)
            if block is None:
                return
            yield block


def _rows(task: Task, prediction: Array) -> Iterator[list[Any]]:
    codes = task.decided(prediction).tolist() if task.kind == "classification" else []
    for place, row in enumerate(prediction):
        numbers = [f"{value:.7g}" for value in row.tolist()]  # as many digits as float32 holds
        yield [task.classes[codes[place]], *numbers] if task.kind == "classification" else numbers
