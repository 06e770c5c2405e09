"""`pipe report`: runs as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from caviar.cli.completion import runs as complete_runs
from caviar.cli.shared import Code, using_code
from caviar.cli.terminal.output import show


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="Folders of runs, such as runs/digits.",
            show_default=False,
            autocompletion=complete_runs,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="The file; report.html in RUN, of several runs in this folder.", show_default=False),
    ] = None,
    code: Code = None,
) -> None:
    """Draw RUN as one HTML page that needs no network; several runs are compared.

    A run writes its own page while it runs and at its end; this writes it again.

    Examples:

      pipe report runs/digits

      pipe report runs/digits runs/digits-next --out comparison.html
    """
    from caviar.engine.analysis.stored_run import StoredRun, opener_of
    from caviar.registry.load import load
    from caviar.support.files import write_atomically

    with using_code(code):
        facts = [StoredRun(run, opener_of(run)).facts() for run in runs]
        drawing: Any = load("reporter", "report")
        text = drawing.page(facts)
    file = out or (runs[0] if len(runs) == 1 else Path()) / "report.html"
    write_atomically(file, text.encode())
    show(f"{file}: open it in a browser", err=True)
