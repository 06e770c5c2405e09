"""A run with some trials, for what reports on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from caviar.plugin import Command, Dimension, RunInfo, Space, Summary, Trial, TrialState
from caviar.testing.run_view import TrialsView
from caviar_plugins.samplers.log import Log

PATHS = ("optimizer.learning_rate", "regularizer.l1.strength", "regularizer.l2.strength", "schedule.epsilon")


def run_of(paths: int, total: int = 8, resumed: int = 0) -> RunInfo:
    space = Space(tuple(Dimension(path, Log(1e-4, 1.0)) for path in PATHS[:paths]))
    run = RunInfo("digits", Path("runs/my digits"), total, resumed, 10, "validation.accuracy", "maximize", None, space)
    return replace(run, commands=commands_for(run.folder))


def commands_for(folder: Path, *options: str) -> tuple[Command, ...]:
    """As `pipe run` offers them."""
    predict = Command(("pipe", "predict", str(folder), "DATA", *options), "predictions for new rows", of_model=True)
    return Command(("pipe", "results", str(folder), *options), "all trials"), predict


def finished(index: int, objective: float, paths: int = 1) -> Trial:
    values = dict.fromkeys(PATHS[:paths], 0.123456789 / 3**index)
    metrics = {"train.loss": 0.5, "validation.accuracy": objective, "validation.log_loss": 0.25}
    return Trial(index, 0, (), values, TrialState.FINISHED, 10, metrics, objective)


def summary_of(trials: list[Trial]) -> Summary:
    best = max((trial for trial in trials if trial.objective), key=lambda trial: trial.objective or 0, default=None)
    if best is not None:
        best = replace(best, metrics={**best.metrics, "test.accuracy": 0.9625})
    return Summary(tuple(trials), best, 75.0)


def view_of(*trials: Trial) -> TrialsView:
    """A study of these trials."""
    return TrialsView(trials, "validation.accuracy")
