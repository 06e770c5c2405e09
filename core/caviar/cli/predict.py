"""`pipe predict`: predicts new rows with a model of a run."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from caviar.cli.prediction_file import Block, Format, Write, format_of, text_writer, writer
from caviar.cli.shared import Code, RunFolder, limit_blas_threads, using_code
from caviar.cli.terminal.output import give, show, show_logged
from caviar.cli.terminal.progress import ProgressLine
from caviar.cli.terminal.standard_input import standard_input
from caviar.text.shell import shell_word

ModelName: TypeAlias = Literal["best", "ensemble"]

if TYPE_CHECKING:
    from caviar.engine.model.prediction import Prediction
    from caviar.values.arrays import Array
    from caviar.values.task import Task

_PIPED = Path("-")


def predict(
    run: RunFolder,
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", help="Rows to predict, - for standard input; the target may be missing.", show_default=False
        ),
    ],
    code: Code = None,
    model: Annotated[
        ModelName | None,
        typer.Option(help="Which model predicts; the ensemble, if there is one.", show_default=False),
    ] = None,
    id: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="A column of DATA to put before each prediction.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write a .csv, .jsonl or .parquet file instead of printing.", show_default=False),
    ] = None,
    format: Annotated[
        Format | None, typer.Option(help="What is written, whatever the file's suffix.", show_default=False)
    ] = None,
) -> None:
    """Predict the rows of DATA with RUN's ensemble, or its best model where it has no ensemble.

    Prints CSV: the prediction, then each class's probability. What differs from the training rows is reported on
    standard error.

    Examples:

      pipe predict runs/penguins new.csv

      pipe predict runs/penguins new.csv --id name --out predictions.parquet
    """
    limit_blas_threads()
    show_logged()
    kind = format_of(out, format)
    with ExitStack() as stack:
        with redirect_stdout(sys.stderr):  # whatever plugins print: the predictions are for programs
            stack.enter_context(using_code(code))
            from caviar.engine.analysis.results import model_of
            from caviar.engine.model.prediction import predict_file
            from caviar.interfaces.data import DataError

            file = model_of(run, model)
            rows, called = (stack.enter_context(standard_input()), "standard input") if data == _PIPED else (data, "")
            prediction = predict_file(file, rows, keep=id, called=called)
            if id in _names(prediction.task):
                raise DataError(f"column '{id}' is predicted, so its cells cannot be kept under this name")
        if out is None:
            _write(text_writer(give, kind), prediction, ProgressLine(printing=True))
        else:
            with _file(out, kind) as write:
                _write(write, prediction, ProgressLine(printing=False))
        if out is not None:
            show(f"{prediction.rows} predictions in {out}", err=True)
        show(*(f"{called or data}: {each}" for each in prediction.differences), err=True)
        if overdue := _overdue(run):
            show(overdue, err=True)


def _overdue(run: Path) -> str:
    """Advice where the model was not tested for more than a month."""
    from caviar.engine.revalidation.tested import tested

    found = tested(run)
    if found is None or not found.overdue:
        return ""
    cure = "pipe retest of its run reports" if found.moved else f"pipe retest {shell_word(str(run))} reports"
    return f"advice: {run} was {found.words}; {cure} whether it still wins (last-tested)"


@contextmanager
def _file(out: Path, kind: Format) -> Iterator[Write]:
    """The file that is written: complete, or as it was before. What is no file, such as a pipe, is written directly."""
    from caviar.support.files import replacing

    opened = out.open("wb") if out.exists() and not out.is_file() else replacing(out.resolve())
    with opened as file, writer(file, kind) as write:
        yield write


def _write(write: Write, prediction: Prediction, progress: ProgressLine) -> None:
    """Writes block by block."""
    with closing(progress), closing(_silently(prediction)) as blocks:
        for block in blocks:
            write(_columns(prediction, block))
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


def _names(task: Task) -> tuple[str, ...]:
    """The names of the columns that are predicted."""
    if task.kind == "regression":
        return tuple(task.targets)
    return task.targets[0], *(f"probability {label}" for label in task.classes)


def _columns(prediction: Prediction, block: Array) -> Block:
    """The cells that are kept, then the predictions, then the probabilities."""
    import numpy

    task, names = prediction.task, _names(prediction.task)
    columns: dict[str, Array] = {}
    if prediction.keep is not None and prediction.kept is not None:
        columns[prediction.keep] = prediction.kept
    if task.kind == "regression":
        return columns | {name: block[:, place] for place, name in enumerate(names)}
    classes = numpy.asarray(task.classes)
    columns[names[0]] = (classes.astype(object) if classes.dtype.kind == "U" else classes)[task.decided(block)]
    return columns | {name: block[:, place] for place, name in enumerate(names[1:])}
