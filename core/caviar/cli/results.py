"""`pipe results`: the trials of a run, best first."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caviar.cli.shared import Code, plain, plain_numbers

if TYPE_CHECKING:
    from rich.table import Table

    from caviar.engine.results import Results
    from caviar.values.scores import Scores
    from caviar.values.trial import Trial

_WIDE = 400  # columns


def results(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run's folder, such as runs/digits.", show_default=False)
    ],
    json: Annotated[bool, typer.Option("--json", help="Print all trials as one JSON object.")] = False,
    narrow: Annotated[bool, typer.Option("--narrow", help="Print narrower ranges around the best, as TOML.")] = False,
    count: Annotated[int, typer.Option(min=1, help="How many trials the table shows.")] = 20,
    code: Code = None,
) -> None:
    """Show the trials of RUN, the best first.

    Pruned ones follow by how far they came, then the others; why a trial failed is told below.
    """
    from caviar.engine.results import read_results

    found = read_results(run, code)
    if narrow:
        from caviar.engine.narrowing import narrower

        typer.echo(narrower(found.pipeline, found.compared, str(run)), nl=False)
        return
    if json:
        rows: list[dict[str, Any]] = [
            {
                "trial": trial.index,
                "values": plain(trial.values),
                "metrics": plain(trial.metrics),
                "runs": plain_numbers(trial.runs),
                "state": trial.state.value,
                "epochs": trial.epochs,
                "feasible": trial.feasible if trial.state == "finished" else None,
                "seconds": round(trial.seconds, 3),
                "reason": trial.reason,
            }
            for trial in found.trials
        ]
        typer.echo(json_text.dumps({"run": str(run), "trials": rows}, allow_nan=False))
        return
    from rich.console import Console

    from caviar.values.paths import short_names
    from caviar.values.scores import Scores

    listed = [trial for trial in found.ranked if trial.state != "queued" or trial.epochs]
    paths = list(dict.fromkeys(path for trial in listed for path in trial.values))
    short = short_names(paths)
    # Where nobody looks, as in a pipe, a trial stays on its line.
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    shown, scores = listed[:count], Scores.of(found.trials, found.metric)
    ends = [_ended(found, trial, scores) for trial in shown]
    told = [{path: found.describe(path, value) for path, value in trial.values.items()} for trial in shown]
    values = [[each.get(path, "") for path in paths] for each in told]
    table = _table(found, [short[path] for path in paths], ends, values)
    if console.measure(table, options=console.options.update(max_width=_WIDE)).maximum > console.width:
        lines = [[", ".join(f"{short[path]} {value}" for path, value in each.items())] for each in told]
        table = _table(found, ["values"], ends, lines)
    console.print(table)
    for line in _below(found, shown, scores):
        console.print(line, markup=False)
    if len(listed) > count:
        console.print(f"{count} of {len(listed)} trials shown; --count {len(listed)} shows all")
    if found.done < found.total:
        console.print(f"{found.done} of {found.total} trials are done")
    for path, share in sorted(found.importance.items(), key=lambda item: -item[1]):
        tier = found.space[path].tier
        said = f"  (tier {tier})" if tier else ""
        console.print(f"mattered {share:4.0%}  {short[path]}{said}")
    for trial in found.trials:
        if trial.reason:
            typer.echo(f"trial {trial.index} {trial.state.value}: {trial.reason}", err=True)


def _table(
    found: Results, heads: Sequence[str], ends: Sequence[Sequence[str]], values: Sequence[Sequence[str]]
) -> Table:
    """How trials ended, and beside each what `values` says of its values."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("trial", justify="right")
    for head in ("state", found.metric, *(["feasible"] if found.objective.conditions else [])):
        table.add_column(head, no_wrap=True)
    for head in heads:
        table.add_column(head, overflow="fold")
    for end, row in zip(ends, values, strict=True):
        table.add_row(*end, *row)
    return table


def _ended(found: Results, trial: Trial, scores: Scores) -> list[str]:
    """A trial's number, its state, its score, and whether it meets the conditions where there are some."""
    from caviar.values.scores import short_number

    state, score = trial.state.value, scores.words(trial)
    if trial.index in found.reached:
        state, score = f"{state} at {trial.epochs}", short_number(found.reached[trial.index])
    cells = [str(trial.index), state, score]
    if found.objective.conditions:
        measured = [short_number(trial.metrics[name]) for name in _conditioned(found) if name in trial.metrics]
        met = ("yes" if trial.feasible else "no") if trial.state == "finished" else ""
        cells.append(", ".join([met, *measured] if met else []))
    return cells


def _conditioned(found: Results) -> list[str]:
    """The metrics of the conditions, without the searched one, which has a column of its own."""
    return list(dict.fromkeys(each.metric for each in found.objective.conditions if each.metric != found.metric))


def _below(found: Results, shown: Sequence[Trial], scores: Scores) -> Iterator[str]:
    """What the columns of the table mean."""
    if legend := scores.legend(shown):
        yield legend
    if found.objective.conditions:
        told = " and ".join(map(str, found.objective.conditions))
        numbers = f" (the numbers: {', '.join(measured)})" if (measured := _conditioned(found)) else ""
        yield f"feasible: {told}{numbers}; the others follow, the nearest first"
