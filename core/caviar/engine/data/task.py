"""The task of a table: whether its targets are classes or numbers, and the truth that trainers compare with."""

from __future__ import annotations

from typing import Any

from caviar.config.checks.data_errors import (
    dates_to_predict,
    every_row_its_class,
    listed,
    one_value,
    rounded_target,
    several_classes,
    words_to_regress,
)
from caviar.config.checks.target_errors import check_kind, unknown_class, unknown_target
from caviar.interfaces.data import Data, DataError
from caviar.values.arrays import Array
from caviar.values.table import EXACT_WHOLE, Table
from caviar.values.task import Task, TaskKind, are_classes, class_key, is_each_its_class


def task_of(data: Data, table: Table) -> tuple[Task, Array]:
    """The task, with classes but not yet scales, and the truth: int64 codes or float64 numbers, (rows, targets).

    Raises DataError.
    """
    columns = [table.columns[name] for name in table.target]
    if any(column.dtype.kind == "M" for column in columns):
        raise dates_to_predict(table.target)
    kind = data.task or _kind(columns)
    check_kind(data, kind)
    return _numbers(data, table, columns) if kind == "regression" else _classes(data, table, columns)


def is_rounded(table: Table, name: str) -> bool:
    """Whether a column's whole numbers have lost digits, or do so in float64."""
    column = table.columns[name]
    wide = column.dtype.kind in "iu" and column.dtype.itemsize == 8 and column.size
    beyond = wide and max(int(column.max()), -int(column.min())) > EXACT_WHOLE
    return name in table.rounded or bool(beyond)


def _numbers(data: Data, table: Table, columns: list[Array]) -> tuple[Task, Array]:
    import numpy

    if words := [name for name in table.target if table.columns[name].dtype.kind not in "fiub"]:
        raise words_to_regress(words)
    if inexact := [name for name in table.target if is_rounded(table, name)]:
        raise rounded_target(inexact[0])
    if isinstance(data.target_transform, dict) and (odd := set(data.target_transform) - set(table.target)):
        raise unknown_target(min(odd), table.target)
    truth = numpy.stack([column.astype(numpy.float64) for column in columns], axis=1)
    if not numpy.isfinite(truth).all():
        row = int(numpy.flatnonzero(~numpy.isfinite(truth).all(axis=1))[0])
        raise DataError(f"the target {listed(table.target)} is missing or not finite in row {row + 1} of the data")
    return Task("regression", table.target), truth


def _classes(data: Data, table: Table, columns: list[Array]) -> tuple[Task, Array]:
    import numpy

    if len(columns) != 1:
        raise several_classes(table.target)
    (column,), (name,) = columns, table.target
    if name in table.rounded:
        raise rounded_target(name)
    empty = (
        [i for i, v in enumerate(column) if v is None]
        if column.dtype.kind == "O"
        else numpy.flatnonzero(column != column)
    )
    if len(empty):
        raise DataError(f"the target {name!r} is missing in row {int(empty[0]) + 1} of the data")
    classes, found = numpy.unique(column, return_inverse=True)
    if len(classes) < 2:
        raise one_value(name)
    if is_each_its_class(len(classes), len(column)):
        raise every_row_its_class(name, len(classes), len(column))
    labels = tuple(each.item() if isinstance(each, numpy.generic) else str(each) for each in classes)
    codes = found.reshape(-1, 1).astype(numpy.int64)
    if _is_first(data.positive, labels):
        labels, codes = labels[::-1], 1 - codes
    return Task("classification", table.target, classes=labels), codes


def _is_first(positive: Any, labels: tuple[Any, ...]) -> bool:
    """Whether the positive class would be the first of the two. Raises DataError where it is none of them."""
    if positive is None:
        return False
    keys = [class_key(each) for each in labels]
    if class_key(positive) not in keys or len(keys) != 2:
        raise unknown_class(positive, keys)
    return keys.index(class_key(positive)) == 0


def _kind(columns: list[Array]) -> TaskKind:
    """Several targets of numbers are regressed, whatever their values; a single one may hold classes."""
    import numpy

    if len(columns) > 1:
        return "regression" if all(column.dtype.kind in "fiu" for column in columns) else "classification"
    (column,) = columns
    if column.dtype.kind == "f":
        return "regression"
    if column.dtype.kind in "iu" and not are_classes(len(numpy.unique(column)), len(column)):
        return "regression"
    return "classification"
