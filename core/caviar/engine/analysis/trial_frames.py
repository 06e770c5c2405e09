"""The trials of a study, and their curves, as data frames of pandas or polars, which are imported on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from caviar.text.trial_csv import epoch_columns, trial_columns
from caviar.values.arrays import Array
from caviar.values.problem import Problem
from caviar.values.trial import Trial


def to_pandas(trials: Sequence[Trial]) -> Any:
    """A pandas.DataFrame with a row for each trial. Raises Problem where pandas is not installed."""
    return _library("pandas", "to_pandas").DataFrame(trial_columns(trials))


def to_polars(trials: Sequence[Trial]) -> Any:
    """A polars.DataFrame with a row for each trial. Raises Problem where polars is not installed.

    A column has one type: where the values of a hyperparameter have several, it holds their text.
    """
    polars = _library("polars", "to_polars")
    return polars.DataFrame({name: _of_one_type(cells) for name, cells in trial_columns(trials).items()})


def curves_to_pandas(curves: Mapping[str, Mapping[int, Array]]) -> Any:
    """A pandas.DataFrame with a row for each epoch of each trial, of curves by metric and trial. Raises Problem."""
    return _library("pandas", "curves_to_pandas").DataFrame(epoch_columns(curves))


def curves_to_polars(curves: Mapping[str, Mapping[int, Array]]) -> Any:
    """The same as a polars.DataFrame. Raises Problem where polars is not installed."""
    return _library("polars", "curves_to_polars").DataFrame(epoch_columns(curves))


def _library(name: str, method: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        if (error.name or name).partition(".")[0] != name:  # it is installed, and broken
            raise
        raise Problem(f"{method} needs {name}, which is not installed; pip install {name}") from None


def _of_one_type(cells: list[Any]) -> list[Any]:
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) < 2 and not kinds & {list, tuple}:
        return cells
    if kinds == {int, float}:
        return [None if cell is None else float(cell) for cell in cells]
    return [None if cell is None else str(cell) for cell in cells]
