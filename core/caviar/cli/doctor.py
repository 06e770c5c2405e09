"""`pipe doctor`: whether a run's files are as they were written, what to do, and repair."""

from __future__ import annotations

from typing import Annotated

import typer

from caviar.cli.shared import Code, RunFolder, using_code
from caviar.cli.terminal.output import show


def doctor(
    run: RunFolder,
    repair: Annotated[
        bool, typer.Option("--repair", help="Recover what can be read; rename what is damaged. Deletes nothing.")
    ] = False,
    code: Code = None,
) -> None:
    """Check the files of RUN against their checksums, and say what to do where one is damaged or missing.

    The exit code is 0 where all is sound, else 1. Without --repair nothing is changed.

    Example: pipe doctor runs/digits
    """
    with using_code(code):
        from caviar.engine.doctor.examine import examine

        found = examine(run)
        if repair and not all(each.sound for each in found):
            from caviar.engine.doctor.repair import repair as repaired

            show(*repaired(run))
            found = examine(run)
    from rich.table import Table
    from rich.text import Text

    from caviar.text.terminal import console as console_on

    table = Table.grid(padding=(0, 2))
    for each in found:
        style = "" if each.sound else "bold"
        table.add_row(each.part, Text(each.state, style=style), each.cure)
    console_on().print(table)
    if any(each.repairable for each in found):
        show("--repair recovers it; what is damaged is renamed, and nothing is deleted")
    if not all(each.sound for each in found):
        raise typer.Exit(1)
