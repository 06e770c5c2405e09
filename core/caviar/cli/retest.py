"""`pipe retest`: whether a run's winner still wins on today's data and system."""

from __future__ import annotations

import json as json_text
import sys
from contextlib import closing, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.shared import Code, RunFolder, limit_blas_threads, using_code
from caviar.cli.terminal.output import give, show, show_logged
from caviar.cli.terminal.progress import ProgressLine
from caviar.cli.terminal.signals import stop_on_signals
from caviar.cli.trust import Trust, trusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from caviar.engine.revalidation.finished import FinishedRun
    from caviar.interfaces.data import Data
    from caviar.values.revalidation import Revalidation


def retest(
    run: RunFolder,
    data: Annotated[
        Path | None, typer.Option(help="Today's rows, if not in the file that the run names.", show_default=False)
    ] = None,
    due: Annotated[
        str | None, typer.Option(help="Do nothing if the last test is younger, e.g. 30d.", show_default=False)
    ] = None,
    seeds: Annotated[int, typer.Option(min=2, help="How often each is trained, with a seed of its own.")] = 3,
    search: Annotated[
        bool, typer.Option("--search", help="If something moved, search again on the new data, from the old leaders.")
    ] = False,
    code: Code = None,
    trust: Trust = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Test again whether RUN's winner still wins, on today's data and software.

    Trains the winner, the next leaders, neighbours and fresh draws with several seeds, and compares data and system
    with those of the search. Exit codes: 0 still good, 3 moved: search again, 4 the data moved, but the winner holds.

    Examples:

      pipe retest runs/digits

      pipe retest runs/flights --data flights-june.csv --due 30d --search
    """
    limit_blas_threads()
    show_logged()
    with redirect_stdout(sys.stderr), using_code(code):  # whatever plugins print
        from caviar.engine.revalidation.finished import read_finished
        from caviar.engine.revalidation.history import note_revalidation
        from caviar.engine.revalidation.today import replaced
        from caviar.support.dates import days_in, days_since, is_due
        from caviar.text.revalidation import days_ago

        days = None if due is None else days_in(due)
        finished = read_finished(run)
        age = days_since(finished.tested)
        if days is None or is_due(age, days):
            pipeline = trusted(finished.pipeline, run, trust)
            finished = replace(finished, pipeline=pipeline)
            given = None if data is None else replaced(finished, data)
            with stop_on_signals() as check_stop:
                found: Revalidation | None = _revalidated(finished, given, seeds, check_stop)
                if found is not None and search and found.exit_code == found.MOVED:
                    found = replace(found, searched=_searched_again(finished, given, found, check_stop))
                    note_revalidation(run, found)
        else:
            found = None
    if found is None:
        _not_due(run, days_ago(age), due or "", json)
        return
    if json:
        from caviar.engine.revalidation.history import as_plain

        give(json_text.dumps({"run": str(run), "due": True, **as_plain(found)}, allow_nan=False) + "\n")
    else:
        _show(finished, found, days_ago(age))
    raise typer.Exit(found.exit_code)


def _not_due(run: Path, ago: str, due: str, json: bool) -> None:
    if json:
        give(json_text.dumps({"run": str(run), "due": False}) + "\n")
    else:
        show(f"{run}: last tested {ago}; with --due {due} nothing is done yet")


def _revalidated(finished: FinishedRun, given: Data | None, seeds: int, check_stop: Callable[[], None]) -> Revalidation:
    from caviar.engine.revalidation.revalidate import Watch, revalidate

    with closing(ProgressLine(printing=False)) as line:
        doing = [""]

        def step(text: str) -> None:
            doing[0] = text
            line.show(text)

        watch = Watch(check_stop, step, lambda epoch: line.show(f"{doing[0]}, epoch {epoch.epoch}"))
        return revalidate(finished, given, seeds, watch)


def _searched_again(
    finished: FinishedRun, given: Data | None, found: Revalidation, check_stop: Callable[[], None]
) -> str:
    """Searches anew in a run beside this one; returns its folder."""
    from caviar.engine.revalidation.again import search_again
    from caviar.engine.study import run as run_pipeline

    runs = finished.folder.parent
    done = run_pipeline(search_again(finished, given, found), runs, check_stop, prints=True)
    return str(done.info.folder)


def _show(finished: FinishedRun, found: Revalidation, ago: str) -> None:
    from caviar.config.declaration.space import space_of
    from caviar.text.revalidation import answers_table, notes, opening, rivals_table, shifts_table
    from caviar.text.terminal import console as console_on

    console = console_on()
    show(opening(found, finished.pipeline.name, ago))
    console.print()
    console.print(answers_table(found))
    console.print()
    console.print(rivals_table(found, space_of(finished.pipeline), console.width))
    if (shifts := shifts_table(found)) is not None:
        console.print()
        console.print(shifts)
    for line in notes(found):
        console.print(line, markup=False)
    console.print()
    show(f"{finished.folder}: {found.conclusion}")
    if found.searched:
        show(f"searched again: {found.searched}")
