"""`pipe results`: the trials of a run, best first."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.advice import next_name, show_next_run
from caviar.cli.shared import Code, RunFolder, using_code
from caviar.cli.terminal.json_objects import (
    advice_objects,
    assessment_object,
    best_object,
    decision_object,
    ensemble_object,
    origin_objects,
    tested_object,
    trial_object,
)
from caviar.cli.terminal.output import give, show

if TYPE_CHECKING:
    from rich.table import Table

    from caviar.engine.analysis.results import Results
    from caviar.text.columns import Columns
    from caviar.text.scores import Scores
    from caviar.values.trial import Trial

_MOST_TESTS = 12


def results(
    run: RunFolder,
    json: Annotated[bool, typer.Option("--json", help="Print all trials as one JSON object.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print all trials as CSV, a row for each.")] = False,
    curves: Annotated[
        bool, typer.Option("--curves", help="Print all metrics as CSV, a row for each epoch of each trial.")
    ] = False,
    narrow: Annotated[bool, typer.Option("--narrow", help="Print narrower ranges around the best, as TOML.")] = False,
    count: Annotated[int, typer.Option(min=1, help="How many trials the table shows.")] = 20,
    code: Code = None,
    debug: bool = False,
) -> None:
    """Show the trials of RUN, the best first.

    Pruned trials follow by the epoch they reached, then the others; reasons of failures are printed below, with --debug
    Python's traceback.

    Examples:

      pipe results runs/digits

      pipe results runs/digits --csv > trials.csv

      pipe results runs/digits --narrow
    """
    if sum((json, csv, curves, narrow)) > 1:
        raise typer.BadParameter("give one of --json, --csv, --curves and --narrow")
    from caviar.engine.analysis.results import read_results

    if csv or curves:
        with using_code(code):
            give(_csv(run, curves))
        return
    with using_code(code):
        found = read_results(run)
    if narrow:
        from caviar.engine.ranges.narrowing import narrower

        give(narrower(found.pipeline, found.compared, str(run)))
        return
    if json:
        told = {
            "run": str(run),
            "trials": list(map(trial_object, found.trials)),
            "origins": origin_objects(found.origins),
            "best": best_object(found.best),
            "decision": decision_object(found.decision),
            "ensemble": ensemble_object(found.ensemble),
            "assessment": assessment_object(found.assessment),
            "advice": advice_objects(found.advice),
            "tested": tested_object(found.tested),
        }
        give(json_text.dumps(told, allow_nan=False) + "\n")
        return
    from caviar.config.reading.without_code import FunctionWithoutCode
    from caviar.text.decisions import decision_lines
    from caviar.text.scores import Scores
    from caviar.text.standings import standings_notes, standings_table, winner_table
    from caviar.text.terminal import console as console_on

    console = console_on()
    listed = [trial for trial in found.ranked if trial.state != "queued" or trial.epochs]
    shown, scores = listed[:count], Scores.of(found.trials, found.metric)
    columns = _columns(found, shown, scores, console.width)
    console.print(_table(columns))
    for line in _below(found, shown, scores, columns):
        console.print(line, markup=False)
    for line in decision_lines(found.decision) if found.decision else ():
        console.print(line, markup=False)
    if len(listed) > count:
        console.print(f"{count} of {len(listed)} trials shown; --count {len(listed)} shows all")
    if found.done < found.total:
        console.print(f"{found.done} of {found.total} trials are done{_under_way(found)}")
        if seconds := found.pipeline.search.seconds:
            console.print(f"search.seconds = {seconds:g} ends the search; the same pipe run again continues it")
    short = found.space.names
    for path, share in sorted(found.importance.items(), key=lambda item: -item[1]):
        tier = found.space[path].tier
        said = f"  (tier {tier})" if tier else ""
        console.print(f"importance {share:4.0%}  {short[path]}{said}")
    if found.assessment is not None and found.best is not None:
        console.print(winner_table(found.best))
        console.print(standings_table(found.assessment))
        for line in standings_notes(found.assessment):
            console.print(line, markup=False)
    for line in _tested(found):
        console.print(line, markup=False)
    for trial in found.trials:
        if trial.reason:
            state = f" {trial.state.value}" if trial.state.done else ""  # else the reason says how far it came
            show(f"trial {trial.index}{state}: {trial.reason}", err=True)
        for trace in (trial.trace, *(each.trace for each in trial.retests)) if debug else ():
            if trace:
                show(*trace.splitlines(), err=True)
    if code is None and isinstance(found.pipeline.trainer, FunctionWithoutCode):
        code = Path("FILE.py")  # read without it; a run needs it
    name = next_name(found.pipeline.name, lambda name: (run.parent / name).exists())
    show_next_run(found.advice, _words(run, code), (), name)


def _csv(run: Path, curves: bool) -> str:
    from caviar.engine.analysis.stored_run import StoredRun, opener_of
    from caviar.text.trial_csv import csv_text, epoch_columns, trial_columns

    found = StoredRun(run, opener_of(run))
    return csv_text(epoch_columns(found.all_curves()) if curves else trial_columns(found.trials))


def _tested(found: Results) -> Iterator[str]:
    """When the winner was tested, each time with what came of it."""
    if found.tested is None:
        return
    for past in found.tested.revalidations[-_MOST_TESTS:]:
        yield f"tested {past.date[:10]}: {past.conclusion}"
    yield found.tested.words


def _words(run: Path, code: Path | None) -> list[str]:
    """The command that runs this run's resolved file."""
    said = (("--runs", None if run.parent == Path("runs") else run.parent), ("--code", code))
    options = [str(word) for option in said if option[1] is not None for word in option]
    return ["pipe", "run", str(run / "pipeline.toml"), *options]


def _columns(found: Results, shown: Sequence[Trial], scores: Scores, width: int) -> Columns:
    """How trials ended, then their values. It omits the state if all have finished and the width is needed."""
    from caviar.text.columns import Column, Columns
    from caviar.text.origin_marks import origin_marks

    marks = origin_marks(found.trials)
    ends = [[*_ended(found, each, scores), *([marks[each.index]] if marks else [])] for each in shown]
    heads = ("trial", "state", found.metric, *(["feasible"] if found.objective.conditions else []))
    heads = (*heads, "origin") if marks else heads
    given = [Column(head, tuple(end[place] for end in ends)) for place, head in enumerate(heads)]
    columns = Columns.fitting(given, found.space, shown, width)
    if not columns.left_out or any(trial.state != "finished" or trial.outside for trial in shown):
        return columns
    del given[1]
    columns = Columns.fitting(given, found.space, shown, width)
    return replace(columns, left_out=("state (all have finished)", *columns.left_out))


def _table(columns: Columns) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, column in enumerate((*columns.given, *columns.values)):
        table.add_column(column.head, justify="left" if place else "right", no_wrap=True)
    for row in zip(*(column.cells for column in (*columns.given, *columns.values)), strict=True):
        table.add_row(*map(Text, row))
    return table


def _ended(found: Results, trial: Trial, scores: Scores) -> list[str]:
    """A trial's number, its state, its score, and whether it meets the conditions, if there are any."""
    from caviar.text.scores import short_number

    state, score = trial.state.value + (", outside" if trial.outside else ""), scores.words(trial)
    if trial.index in found.reached:
        state, score = f"{state} at {trial.epochs}", short_number(found.reached[trial.index])
    elif not trial.state.done:
        state = f"{'paused at' if trial.state == 'paused' else 'at epoch'} {trial.epochs}"
    cells = [str(trial.index), state, score]
    if found.objective.conditions:
        measured = [short_number(trial.metrics[name]) for name in _conditioned(found) if name in trial.metrics]
        met = ("yes" if trial.feasible else "no") if trial.state == "finished" else ""
        cells.append(", ".join([met, *measured] if met else []))
    return cells


def _under_way(found: Results) -> str:
    """The number of trials in training and their progress, or nothing."""
    reached = [trial.epochs for trial in found.trials if trial.epochs and not trial.state.done]
    if not reached:
        return ""
    least, most = min(reached), max(reached)
    far = f"{least}" if least == most else f"{least} to {most}"
    return f", {len(reached)} under way, at epoch {far} of {found.pipeline.trainer.epochs}"


def _conditioned(found: Results) -> list[str]:
    """The metrics of the conditions, without the searched one, which has its own column."""
    return list(dict.fromkeys(each.metric for each in found.objective.conditions if each.metric != found.metric))


def _below(found: Results, shown: Sequence[Trial], scores: Scores, columns: Columns) -> Iterator[str]:
    """The meaning of the table's columns, and which columns are missing."""
    from caviar.engine.analysis.origins import origins_told

    if columns.note:
        yield columns.note
    if legend := scores.legend(shown):
        yield legend
    if tie := scores.tie(found.compared):
        yield tie
    if found.objective.conditions:
        told = " and ".join(map(str, found.objective.conditions))
        numbers = f" (the numbers: {', '.join(measured)})" if (measured := _conditioned(found)) else ""
        yield f"feasible: {told}{numbers}; the others follow, the nearest first"
    if any(trial.outside for trial in shown):
        yield "outside: of the ranges that the file has now"
    for number, (about, members) in enumerate(origins_told(found.origins, found.trials)):
        yield f"origin {number}: trials {members}: {about}"
