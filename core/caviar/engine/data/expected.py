"""Columns of new rows, which must hold what those of the training rows held."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from caviar.config.checks.data_errors import listed, unfilled_row
from caviar.engine.data.levels import complaint_about
from caviar.interfaces.data import DataError, RowError
from caviar.values.arrays import Array
from caviar.values.head import ColumnKind
from caviar.values.table import Table


def lacking(
    missing: Sequence[str], features: Sequence[str], shapes: Sequence[tuple[int, ...]], there: Sequence[str]
) -> DataError:
    """The message about columns that are absent from the data."""
    shape = shapes[features.index(missing[0])]
    if shape not in ((), (1,)):
        return DataError(
            f"the data lacks the array {missing[0]!r}; the model was trained on one with {prod(shape)} numbers a row, "
            "such as an archive (.npz) holds"
        )
    columns = f"column{'s' if len(missing) > 1 else ''} {listed(missing)}"
    others = f", and the data has {listed(there)}" if there and not set(there) & set(features) else ""
    return DataError(f"the data lacks the {columns}; the model was trained on {listed(features)}{others}")


def as_trained(name: str, column: Array, held: ColumnKind, shape: tuple[int, ...], levels: int) -> Array:
    """A column of new rows with the shape of training, whose cells are of the kind `held` there. Raises DataError."""
    column = _without_values(column, held)
    if {"O": "words", "M": "dates"}.get(column.dtype.kind, "numbers") != held:
        cells = [(row, each) for row, each in enumerate(column.tolist()) if each is not None]
        wrong = (cell for cell in cells if held == "words" or not _is_number(cell[1]))
        row, example = next(wrong, cells[0])  # words that a file's settings make of numbers are words, too
        example = str(example) if column.dtype.kind == "M" else example
        raise RowError(row, f"column {name!r} holds {example!r}", f"the model was trained on {held} there")
    found = column.shape[1:]
    if prod(found) != prod(shape):
        raise DataError(f"rows of {name!r} hold {prod(found)} numbers; the model was trained on {prod(shape)}")
    if found != shape and len(found) > 1:
        raise DataError(f"rows of {name!r} have the shape {found}; the model was trained on {shape}")
    if levels and (why := complaint_about(column, levels)):
        raise DataError(f"column {name!r} is a category of {levels} levels, but {why}")
    return column.reshape(len(column), *shape)  # flat rows are taken too: a data frame cannot hold others


def check_filled(table: Table) -> None:
    """Raises RowError for a cell without a value that no transform has filled."""
    import numpy

    for name, column in table.columns.items():
        if column.dtype.kind == "f" and (empty := numpy.isnan(column)).any():
            row = int(numpy.flatnonzero(empty.reshape(len(column), -1).any(axis=1))[0])
            raise unfilled_row(row, name)


def _without_values(column: Array, held: ColumnKind) -> Array:
    """A column in which no row has a value, as one of what it held in training: in few rows its kind is unknown."""
    import numpy

    if column.dtype.kind == "O":
        empty = all(each is None for each in column)
    else:
        empty = column.dtype.kind in "fM" and column.ndim == 1 and bool((column != column).all())
    if not empty:
        return column
    if held == "words":
        return numpy.full(len(column), None, dtype=object)
    if held == "dates":
        return numpy.full(len(column), "NaT", dtype="datetime64[s]")
    return column if column.dtype.kind == "f" else numpy.full(len(column), numpy.nan)


def _is_number(cell: Any) -> bool:
    """Whether a cell of a column of words is a number in writing."""
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return "_" not in str(cell)
