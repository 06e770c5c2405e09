"""`pipe split`: which row is in which part."""

from __future__ import annotations

import csv
import sys
from contextlib import redirect_stdout
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.shared import Code, Settings, using_code
from caviar.cli.terminal.output import give, show

if TYPE_CHECKING:
    from caviar.engine.data.row_parts import RowParts

_AT_ONCE = 10_000  # rows that are printed


def split(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The pipeline file.", show_default=False)],
    settings: Settings = None,
    code: Code = None,
    out: Annotated[Path | None, typer.Option(help="Write a CSV file instead of printing.", show_default=False)] = None,
) -> None:
    """Show which rows FILE trains, validates and tests on.

    Prints CSV: the number of each row, its line, and its part; with folds, its part in each fold. Of a run, FILE is
    runs/NAME/pipeline.toml.

    Example: pipe split my.toml --out rows.csv
    """
    from caviar.config.load import load, locate
    from caviar.engine.data.row_parts import row_parts
    from caviar.values.problem import LateMistake

    with redirect_stdout(sys.stderr), using_code(code, file):  # whatever plugins print: the rows are for programs
        pipeline = load(file, settings or ())
        try:
            found = row_parts(pipeline)
        except LateMistake as mistake:
            raise locate(file, settings or (), mistake) from None
    if out is None:
        rows = found.table()
        while some := list(islice(rows, _AT_ONCE)):
            text = StringIO()
            csv.writer(text, lineterminator="\n").writerows(some)
            give(text.getvalue())
        return
    with out.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(found.table())
    show(f"{out}: {_told(found)}", err=True)


def _told(found: RowParts) -> str:
    split = found.splits[0]
    parts = (("train", split.train), ("validation", split.validation), ("test", split.test))
    told = ", ".join(f"{len(rows):,} {name}" for name, rows in parts if len(rows))
    folds = f" in the first of {len(found.splits)} folds" if len(found.splits) > 1 else ""
    return f"{len(found.numbers):,} rows, {told}{folds}"
