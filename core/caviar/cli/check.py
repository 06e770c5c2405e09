"""`pipe check`: reports every mistake of a file, or what a run will do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.advice import show_advice
from caviar.cli.shared import Code, Quiet, Settings, using_code
from caviar.cli.terminal.output import show, width_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The pipeline file, or a Python file.", show_default=False)
    ],
    settings: Settings = None,
    code: Code = None,
    quiet: Quiet = False,
) -> None:
    """Report every mistake of FILE, or what a run will do.

    With mistakes the exit code is 2. Of the data, only the head is read.
    """
    from caviar.cli.preview.summary import INDENT, summary
    from caviar.config.load import load, locate
    from caviar.values.problem import LateMistake

    with using_code(code, file):
        pipeline = load(file, settings or ())
        try:
            show(*summary(pipeline, width_of(sys.stdout)), indent=INDENT)
            show(*_columns(pipeline))
        except LateMistake as mistake:
            raise locate(file, settings or (), mistake) from None
        show_advice(pipeline, quiet)


def _columns(pipeline: Pipeline) -> Iterator[str]:
    """The table of columns, below an empty line."""
    from caviar.cli.preview.columns_table import column_lines
    from caviar.config.checks.foreseen_rows import learned_head

    data = pipeline.data if pipeline.trainer.needs_data else None
    head = data.head() if data else None
    if data and head and (lines := list(column_lines(learned_head(data, head), data.split_columns))):
        yield from ("", *lines)
