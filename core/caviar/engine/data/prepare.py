"""Preparing data: task, split, transforms fitted on the training part, and the arrays a trainer sees."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from caviar.config.checks.data_errors import (
    column_with_gaps,
    dated_column,
    listed,
    no_features,
    rounded_column,
    wordy_column,
)
from caviar.engine.data.levels import check_levels, complaint_about
from caviar.engine.data.split import split_rows
from caviar.engine.data.targets import Targets, targets_of
from caviar.engine.data.task import is_rounded, task_of
from caviar.interfaces.data import Data, DataError
from caviar.interfaces.transform import Transform
from caviar.values.arrays import Array, locked
from caviar.values.dataset import Dataset, Split
from caviar.values.inputs import NO_INPUTS, InputColumn, InputKind, Inputs
from caviar.values.random import Random
from caviar.values.table import Table
from caviar.values.task import Task
from caviar.values.wrong_return import WrongReturn, described


@dataclass(frozen=True)
class Preparation:
    """How rows become inputs: what each transform learned, the feature columns expected, and the task.

    `shapes` says what shape a row of each feature has, `words` and `dates` which features held these, `levels` which
    are categories as they are read, `made` what the inputs are that a row becomes. It is saved with the model, so that
    prediction prepares new rows in the same way. `notes`, which are not saved, are for the user.
    """

    transforms: tuple[Transform, ...]
    learned: tuple[dict[str, Array], ...]
    features: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    words: tuple[str, ...]
    dates: tuple[str, ...]
    levels: Mapping[str, int]
    made: Inputs
    task: Task
    notes: tuple[str, ...] = ()

    def inputs(self, table: Table, dtype: str) -> Array:
        """Rows of a table as the model's inputs: (rows, inputs)."""
        missing = [name for name in self.features if name not in table.columns]
        if missing:
            raise DataError(self._lacking(missing[0]))
        table = Table({name: self._column(table, name) for name in self.features}, (), levels=self.levels)
        for transform, learned in zip(self.transforms, self.learned, strict=True):
            table = _applied(transform, table, learned)
        return _matrix(table, dtype)

    def _lacking(self, name: str) -> str:
        shape = self._shape(name)
        if shape in ((), (1,)):
            return f"the data lacks the column {name!r}; the model was trained on {listed(self.features)}"
        return (
            f"the data lacks the array {name!r}; the model was trained on one with {prod(shape)} numbers a row, "
            "such as an archive (.npz) holds"
        )

    def _column(self, table: Table, name: str) -> Array:
        """A column, sure to hold what it held in training."""
        column = table.columns[name]
        held = "words" if name in self.words else "dates" if name in self.dates else "numbers"
        column = _without_values(column, held)
        if {"O": "words", "M": "dates"}.get(column.dtype.kind, "numbers") != held:
            cells = [(row, each) for row, each in enumerate(column.tolist(), 1) if each is not None]
            wrong = (cell for cell in cells if held == "words" or not _is_number(cell[1]))
            row, example = next(wrong, cells[0])  # words that a file's settings make of numbers are words, too
            example = str(example) if column.dtype.kind == "M" else example
            raise DataError(f"column {name!r} holds {example!r} in row {row}; the model was trained on {held} there")
        shape, found = self._shape(name), column.shape[1:]
        if prod(found) != prod(shape):
            raise DataError(f"rows of {name!r} hold {prod(found)} numbers; the model was trained on {prod(shape)}")
        if found != shape and len(found) > 1:
            raise DataError(f"rows of {name!r} have the shape {found}; the model was trained on {shape}")
        if name in self.levels and (why := complaint_about(column, self.levels[name])):
            raise DataError(f"column {name!r} is a category of {self.levels[name]} levels, but {why}")
        return column.reshape(len(column), *shape)  # flat rows are taken too: a data frame cannot hold others

    def _shape(self, name: str) -> tuple[int, ...]:
        return self.shapes[self.features.index(name)]


def prepare(
    data: Data, transforms: Sequence[Transform], dtype: str, seed: Random
) -> tuple[tuple[Dataset, ...], Preparation]:
    """Reads the data and makes a dataset of it, or one for each fold; how it prepared the first. Raises DataError."""
    table = data.read()
    if table.rows == 0:
        raise DataError("the data has no rows")
    task, truth = task_of(data, table)
    codes = truth[:, 0] if task.kind == "classification" else None
    if not table.features:
        raise no_features()
    splits = split_rows(data, codes, table.rows, table.test, seed.child("data"))
    content = fingerprint(table)
    targets = targets_of(data, task, truth, splits[0].train)
    made = [_fitted(data, table, targets, split, transforms, dtype, content) for split in splits]
    return tuple(dataset for dataset, _ in made), made[0][1]


def no_data(dtype: str) -> tuple[tuple[Dataset, ...], Preparation]:
    """What a trainer that needs no data is given: a dataset without rows, columns or a target."""
    import numpy

    rows, empty = numpy.empty(0, dtype=numpy.int64), numpy.empty((0, 0), dtype=dtype)
    task = Task("regression", ())
    nothing = Dataset(empty, empty, empty, Split(rows, rows, rows), task, "no data", NO_INPUTS)
    return (nothing,), Preparation((), (), (), (), (), (), {}, NO_INPUTS, task)


def _fitted(
    data: Data,
    table: Table,
    targets: Targets,
    split: Split,
    transforms: Sequence[Transform],
    dtype: str,
    content: str,
) -> tuple[Dataset, Preparation]:
    """The dataset of one split, whose transforms have learned from its training part alone."""
    levels = {name: count for name, count in table.levels.items() if name in table.features}
    features = Table({name: table.columns[name] for name in table.features}, (), levels=levels)
    check_levels(features, data)
    learned = []
    for transform in transforms:
        learned.append(transform.fit(features.take(split.train)))
        features = _applied(transform, features, learned[-1])
    task, y = targets.fitted(split.train, dtype)
    words, dates = (tuple(name for name in table.features if table.columns[name].dtype.kind == kind) for kind in "OM")
    shapes = tuple(table.columns[name].shape[1:] for name in table.features)
    notes = (
        *table.notes,
        *targets.notes,
        *(rounded_column(name) for name in table.features if is_rounded(table, name)),
    )
    x, made = _matrix(features, dtype), _described(features)
    read = table.features, shapes, words, dates, levels
    preparation = Preparation(tuple(transforms), tuple(learned), *read, made, task, notes)
    return Dataset(x, y, targets.truth, split, task, content, made), preparation


def _applied(transform: Transform, table: Table, learned: dict[str, Array]) -> Table:
    """The table changed by a transform, which cannot change the columns that it is given: others hold them too."""
    changed = transform.apply(table.with_columns({k: locked(each) for k, each in table.columns.items()}), learned)
    if not isinstance(changed, Table):
        raise WrongReturn(transform, "apply", f"returned {described(changed)} instead of a Table")
    check_levels(changed, transform)
    return changed


def fingerprint(table: Table) -> str:
    """A hash of the table's content: names, types, levels and every value."""
    digest = hashlib.sha256()
    for name, column in table.columns.items():
        digest.update(f"{name}\0{column.dtype}\0{column.shape}\0".encode())
        digest.update("\0".join(map(str, column)).encode() if column.dtype.kind == "O" else column.tobytes())
    if table.test is not None:
        digest.update(table.test.tobytes())
    for name, count in table.levels.items():
        digest.update(f"{name}\0{count}\0".encode())
    return digest.hexdigest()


def _without_values(column: Array, held: str) -> Array:
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


def _matrix(table: Table, dtype: str) -> Array:
    import numpy

    blocks: list[Any] = []
    for name, column in table.columns.items():
        if column.dtype.kind not in "fiub":
            raise dated_column(name) if column.dtype.kind == "M" else wordy_column(name)
        block = column.reshape(len(column), -1).astype(dtype, copy=False)
        if numpy.isnan(block).any():
            raise column_with_gaps(name)
        if not numpy.isfinite(block).all():
            row = int(numpy.flatnonzero(~numpy.isfinite(block).all(axis=1))[0])
            raise DataError(f"column {name!r} is not finite in row {row + 1} of the data; correct it")
        blocks.append(block)
    # In C order wherever it comes from: the order in memory can change the bits of what is computed. Writable, because
    # kernels are compiled for such arrays.
    return numpy.require(blocks[0] if len(blocks) == 1 else numpy.concatenate(blocks, axis=1), requirements=("C", "W"))


def _described(table: Table) -> Inputs:
    """What the columns of a matrix are."""
    return Inputs.of(
        InputColumn(name, _input_kind(table, name), column.shape[1:], table.levels.get(name, 0))
        for name, column in table.columns.items()
    )


def _input_kind(table: Table, name: str) -> InputKind:
    if name in table.levels:
        return "category"
    return "flag" if table.columns[name].dtype.kind == "b" else "number"
