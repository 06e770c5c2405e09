"""`pipe results`: the trials of a run, best first."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from caviar.cli.shared import Code, plain

_WIDE = 400  # columns


def results(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run's folder, such as runs/digits.", show_default=False)
    ],
    json: Annotated[bool, typer.Option("--json", help="Print all trials as one JSON object.")] = False,
    count: Annotated[int, typer.Option(min=1, help="How many trials the table shows.")] = 20,
    code: Code = None,
) -> None:
    """Show the trials of RUN, the best first.

    Those that did not finish come last, with the reason.
    """
    from caviar.engine.results import read_results

    found = read_results(run, code)
    if json:
        rows: list[dict[str, Any]] = [
            {
                "trial": trial.index,
                "values": plain(trial.values),
                "metrics": plain(trial.metrics),
                "state": trial.state.value,
                "epochs": trial.epochs,
                "reason": trial.reason,
            }
            for trial in found.trials
        ]
        typer.echo(json_text.dumps({"run": str(run), "trials": rows}, allow_nan=False))
        return
    from rich.console import Console
    from rich.table import Table

    from caviar.values.paths import short_names

    paths = list(dict.fromkeys(path for trial in found.trials for path in trial.values))
    short = short_names(paths)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("trial", justify="right")
    table.add_column("state")
    table.add_column(found.metric, justify="right")
    for path in paths:
        table.add_column(short[path], overflow="fold")
    for trial in found.ranked[:count]:
        objective = "" if trial.objective is None else f"{trial.objective:.4f}"
        cells = [found.describe(path, trial.values[path]) if path in trial.values else "" for path in paths]
        table.add_row(str(trial.index), trial.state.value, objective, *cells)
    # Where nobody looks, as in a pipe, a trial stays on its line.
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    console.print(table)
    if len(found.trials) > count:
        console.print(f"{count} of {len(found.trials)} trials; --count {len(found.trials)} shows all")
    for path, share in sorted(found.importance.items(), key=lambda item: -item[1]):
        tier = found.space[path].tier
        said = f"  (tier {tier})" if tier else ""
        console.print(f"mattered {share:4.0%}  {short[path]}{said}", highlight=False)
    for trial in found.trials:
        if trial.reason:
            typer.echo(f"trial {trial.index} {trial.state.value}: {trial.reason}", err=True)
