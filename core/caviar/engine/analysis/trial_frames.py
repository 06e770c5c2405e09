"""The trials of a study as a data frame of pandas or polars, which are imported on demand."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from caviar.values.problem import Problem
from caviar.values.trial import Trial


def to_pandas(trials: Sequence[Trial]) -> Any:
    """A pandas.DataFrame with a row for each trial. Raises Problem where pandas is not installed."""
    pandas = _library("pandas")
    return pandas.DataFrame(_columns(trials))


def to_polars(trials: Sequence[Trial]) -> Any:
    """A polars.DataFrame with a row for each trial. Raises Problem where polars is not installed.

    A column has one type: where the values of a hyperparameter have several, it holds their text.
    """
    polars = _library("polars")
    return polars.DataFrame({name: _of_one_type(cells) for name, cells in _columns(trials).items()})


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        if (error.name or name).partition(".")[0] != name:  # it is installed, and broken
            raise
        raise Problem(f"to_{name} needs {name}, which is not installed; pip install {name}") from None


def _columns(trials: Sequence[Trial]) -> dict[str, list[Any]]:
    """The columns of a table of trials, one for each hyperparameter and metric; None where a trial has no value."""
    columns: dict[str, list[Any]] = {
        "trial": [trial.index for trial in trials],
        "round": [trial.round for trial in trials],
        "state": [trial.state.value for trial in trials],
        "epochs": [trial.epochs for trial in trials],
        "seconds": [trial.seconds for trial in trials],
        "objective": [trial.judged for trial in trials],
        "feasible": [trial.feasible for trial in trials],
        "reason": [trial.reason for trial in trials],
    }
    for path in dict.fromkeys(path for trial in trials for path in trial.values):
        columns[path] = [trial.values.get(path) for trial in trials]
    for metric in dict.fromkeys(metric for trial in trials for metric in trial.metrics):
        columns[metric] = [trial.metrics.get(metric) for trial in trials]
    return columns


def _of_one_type(cells: list[Any]) -> list[Any]:
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) < 2 and not kinds & {list, tuple}:
        return cells
    if kinds == {int, float}:
        return [None if cell is None else float(cell) for cell in cells]
    return [None if cell is None else str(cell) for cell in cells]
