"""`pipe run`: runs or resumes a pipeline."""

from __future__ import annotations

import json as json_text
import os
import sys
from contextlib import nullcontext, redirect_stdout
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caviar.cli.advice import next_name, show_advice, show_next_run
from caviar.cli.new_run import dated
from caviar.cli.shared import Code, File, Settings, limit_blas_threads, since_start, using_code
from caviar.cli.terminal.full_disk import waiting
from caviar.cli.terminal.json_objects import (
    advice_objects,
    assessment_object,
    best_object,
    decision_object,
    ensemble_object,
)
from caviar.cli.terminal.output import give, show, verbose_log
from caviar.cli.terminal.signals import stop_on_signals
from caviar.cli.trust import Trust, trusted

if TYPE_CHECKING:
    from caviar.engine.study import Run
    from caviar.values.run import Command

_RUNS = Path("runs")


def run(
    file: File,
    settings: Settings = None,
    runs: Annotated[Path, typer.Option(help="Folder of the runs, one folder each.")] = _RUNS,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; one per core if not given.", show_default=False)
    ] = None,
    code: Code = None,
    trust: Trust = False,
    new: Annotated[
        bool, typer.Option("--new", help="Begin a dated run beside the earlier ones, which starts from the latest.")
    ] = False,
    allow_other_system: Annotated[
        bool, typer.Option("--allow-other-system", help="Resume a study of another system, and mark its trials.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object and nothing else.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the result alone: no progress, no advice.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what is done, by whom and how long it takes.")
    ] = False,
) -> None:
    """Search and train as FILE specifies, or resume where it stopped.

    The same command resumes an interrupted run. Saves the best model, all results and the resolved file in runs/NAME.

    Examples:

      pipe run pipelines/digits.toml

      pipe run pipelines/digits.toml --set search.trials=128

      pipe run train.py --workers 4
    """
    limit_blas_threads()
    from caviar.config.load import load, locate
    from caviar.engine.resume.check import Refused
    from caviar.engine.study import run as run_pipeline
    from caviar.text.log import timed
    from caviar.text.terminal import result_alone
    from caviar.values.problem import LateMistake
    from caviar.values.ranking import failures_of, without_winner

    chosen = [*(settings or ()), *([] if workers is None else [f"executor.workers={workers}"])]
    watched = verbose_log(since_start) if verbose else nullcontext()
    silenced = result_alone() if quiet else nullcontext()
    apart = redirect_stdout(sys.stderr if json else sys.stdout)  # whatever plugins print
    with watched, silenced, apart, using_code(code, file):
        with timed("%s read and checked", file):
            pipeline = load(file, chosen)
            if new:
                chosen = dated(pipeline.name, runs, chosen, date.today())
                pipeline = load(file, chosen)
        pipeline = trusted(pipeline, runs / pipeline.name, trust)
        show_advice(pipeline, quiet)
        try:
            with stop_on_signals() as check_stop:
                done = run_pipeline(
                    pipeline,
                    runs,
                    check_stop,
                    prints=True,
                    commands=_next_commands,
                    since=since_start,
                    mixed=allow_other_system,
                    when_full=waiting(check_stop),
                )
        except LateMistake as mistake:
            raise locate(file, chosen, mistake) from None
        except Refused as refused:
            beside = "" if new else "; or begin a dated run beside it, which starts from its trials (--new)"
            said = "--set name=…", "--runs", "--allow-other-system"
            raise Refused(refused.folder, f"{refused.reason}{beside}", *said, refused.mixable) from None
    if json:
        give(json_text.dumps(as_object(done), allow_nan=False) + "\n")
    if done.summary.best is not None and not quiet:
        name = next_name(pipeline.name, lambda name: (runs / name).exists())
        show_next_run(done.advice, _words(file, runs, workers, code), settings or (), name)
    for reporter, complaint in done.complaints.items():
        show(f"reporter {reporter} failed in {complaint}", err=True)
    if done.summary.failure is not None:
        again = "all trials are kept, and running the same command tries to save it again"
        show(f"{done.summary.failure}; {again}", err=True)
        raise typer.Exit(1)
    if done.summary.best is None:
        if not pipeline.reporter and (failures := failures_of(done.summary.trials)):
            show(failures, err=True)
        show(without_winner(done.summary.trials, done.info.goal, done.info.where), err=True)
        raise typer.Exit(1)


def _words(file: Path, runs: Path, workers: int | None, code: Path | None) -> list[str]:
    """The command of this run, without its settings."""
    said = (("--runs", None if runs == _RUNS else runs), ("--workers", workers), ("--code", code))
    return ["pipe", "run", str(file), *(str(word) for option in said if option[1] is not None for word in option)]


def _next_commands(folder: Path, code: Path | None) -> tuple[Command, ...]:
    """The commands that show more of a run."""
    from caviar.values.run import Command

    options = () if code is None else ("--code", os.path.relpath(code))
    return (
        Command(("pipe", "results", str(folder), *options), "all trials"),
        Command(("pipe", "predict", str(folder), "DATA", *options), "predictions for new rows", of_model=True),
    )


def as_object(done: Run) -> dict[str, Any]:
    """The output of `--json`; the keys are part of the interface."""
    from caviar.values.trial import TrialState

    summary, best = done.summary, done.summary.best
    return {
        "run": str(done.info.folder),
        "trials": len(summary.trials),
        **{state: summary.count(TrialState(state)) for state in ("finished", "pruned", "failed", "diverged")},
        "feasible": sum(trial.feasible for trial in summary.trials),
        "stopped": summary.stopped,
        "resumed": done.info.resumed,
        "seconds": round(since_start(), 3),
        "best": best_object(best),
        "decision": decision_object(summary.decision),
        "ensemble": ensemble_object(summary.ensemble),
        "assessment": assessment_object(summary.assessment),
        "advice": advice_objects(done.advice),
    }
