"""`pipe check`: reports every mistake of a file, or what a run will do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.advice import show_advice
from caviar.cli.shared import Code, File, Quiet, Settings, limit_blas_threads, using_code
from caviar.cli.terminal.output import show, width_of
from caviar.cli.trust import Trust

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def check(
    file: File,
    settings: Settings = None,
    code: Code = None,
    quiet: Quiet = False,
    dry: Annotated[
        int, typer.Option(min=0, help="Epochs to train by a function of a named Python file, or with --trust; 0: none.")
    ] = 2,
    trust: Trust = False,
) -> None:
    """Report every mistake of FILE, or what a run will do.

    With mistakes the exit code is 2. Of the data, only the head is read. A training function of a Python file that is
    named here is tried out in a process of its own; so is a program that FILE names, with --trust.

    Examples:

      pipe check my.toml

      pipe check my.toml --set trainer.epochs=50

      pipe check train.py --dry 0
    """
    from caviar.cli.preview.summary import INDENT, summary
    from caviar.config.load import load, locate
    from caviar.values.problem import LateMistake

    with using_code(code, file):
        pipeline = load(file, settings or ()).trusting(trust and dry > 0)
        try:
            show(*summary(pipeline, width_of(sys.stdout)), indent=INDENT)
            show(*_columns(pipeline))
        except LateMistake as mistake:
            raise locate(file, settings or (), mistake) from None
        _run_dry(pipeline, dry)
        show_advice(pipeline, quiet)


def _run_dry(pipeline: Pipeline, epochs: int) -> None:
    from caviar.cli.preview.dry_run import can_run_dry, dry_run
    from caviar.cli.preview.summary import INDENT
    from caviar.cli.terminal.signals import stop_on_signals

    if not epochs or not can_run_dry(pipeline):
        return
    limit_blas_threads()
    with stop_on_signals() as check_stop:
        for number, line in enumerate(dry_run(pipeline, epochs, partial(show, err=True), check_stop)):
            show(f"{'' if number else 'dry run':{INDENT}}{line}", indent=INDENT)


def _columns(pipeline: Pipeline) -> Iterator[str]:
    """The table of columns, below an empty line."""
    from caviar.cli.preview.columns_table import column_lines
    from caviar.config.checks.foreseen_rows import learned_head

    data = pipeline.data if pipeline.trainer.needs_data else None
    head = data.head() if data else None
    if data and head and (lines := list(column_lines(learned_head(data, head), data.split_columns))):
        yield from ("", *lines)
