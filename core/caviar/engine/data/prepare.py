"""Preparing data: task, split, transforms fitted on the training part, and the arrays a trainer sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from caviar.config.checks.data_errors import (
    column_with_gaps,
    dated_column,
    dates_to_predict,
    every_row_its_class,
    listed,
    no_features,
    one_value,
    rounded_column,
    rounded_target,
    several_classes,
    words_to_regress,
    wordy_column,
)
from caviar.config.checks.splits import unlearned
from caviar.engine.data.fingerprint import fingerprint
from caviar.engine.data.levels import check_levels, complaint_about
from caviar.engine.data.split.rows import Division, split_rows
from caviar.interfaces.data import Data, DataError
from caviar.interfaces.transform import Transform
from caviar.values.arrays import Array, locked
from caviar.values.dataset import Dataset, Split
from caviar.values.inputs import NO_INPUTS, InputColumn, InputKind, Inputs
from caviar.values.random import Random
from caviar.values.table import EXACT_WHOLE, Table
from caviar.values.task import Task, are_classes, is_each_its_class
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
    table, task, truth, division = read_and_split(data, seed)
    content = fingerprint(table)
    kept = {name: column for name, column in table.columns.items() if name not in unlearned(data)}
    table = replace(table.with_columns(kept), notes=(*table.notes, *division.told))
    made = [_fitted(data, table, task, truth, split, transforms, dtype, content) for split in division.splits]
    return tuple(dataset for dataset, _ in made), made[0][1]


def read_and_split(data: Data, seed: Random) -> tuple[Table, Task, Array, Division]:
    """The rows with their task and truth, and which of them are in which part. Raises DataError."""
    table = data.read()
    if table.rows == 0:
        raise DataError("the data has no rows")
    task, truth = _task(data, table)
    if set(table.features) <= {*unlearned(data)}:
        raise no_features()
    return table, task, truth, split_rows(data, table, task, truth, seed.child("data"))


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
    task: Task,
    truth: Array,
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
    y = truth
    if task.kind == "regression":
        task, y = _scaled(task, truth, split.train, dtype)
    words, dates = (tuple(name for name in table.features if table.columns[name].dtype.kind == kind) for kind in "OM")
    shapes = tuple(table.columns[name].shape[1:] for name in table.features)
    notes = (*table.notes, *(rounded_column(name) for name in table.features if _is_rounded(table, name)))
    x, made = _matrix(features, dtype), _described(features)
    read = table.features, shapes, words, dates, levels
    preparation = Preparation(tuple(transforms), tuple(learned), *read, made, task, notes)
    return Dataset(x, y, truth, split, task, content, made), preparation


def _applied(transform: Transform, table: Table, learned: dict[str, Array]) -> Table:
    """The table changed by a transform, which cannot change the columns that it is given: others hold them too."""
    changed = transform.apply(table.with_columns({k: locked(each) for k, each in table.columns.items()}), learned)
    if not isinstance(changed, Table):
        raise WrongReturn(transform, "apply", f"returned {described(changed)} instead of a Table")
    check_levels(changed, transform)
    return changed


def _task(data: Data, table: Table) -> tuple[Task, Array]:
    """The task, with classes but not yet a scale, and the truth: int64 codes or float64 numbers, (rows, targets)."""
    import numpy

    columns = [table.columns[name] for name in table.target]
    if any(column.dtype.kind == "M" for column in columns):
        raise dates_to_predict(table.target)
    kinds = {_kind(column) for column in columns}
    kind = data.task or ("regression" if kinds == {"regression"} else "classification")
    if kind == "regression":
        if words := [name for name in table.target if table.columns[name].dtype.kind not in "fiub"]:
            raise words_to_regress(words)
        if inexact := [name for name in table.target if _is_rounded(table, name)]:
            raise rounded_target(inexact[0])
        truth = numpy.stack([column.astype(numpy.float64) for column in columns], axis=1)
        if not numpy.isfinite(truth).all():
            row = int(numpy.flatnonzero(~numpy.isfinite(truth).all(axis=1))[0])
            raise DataError(f"the target {listed(table.target)} is missing or not finite in row {row + 1} of the data")
        return Task("regression", table.target), truth
    if len(columns) != 1:
        raise several_classes(table.target)
    column = columns[0]
    if table.target[0] in table.rounded:
        raise rounded_target(table.target[0])
    empty = (
        [i for i, v in enumerate(column) if v is None]
        if column.dtype.kind == "O"
        else numpy.flatnonzero(column != column)
    )
    if len(empty):
        raise DataError(f"the target {table.target[0]!r} is missing in row {int(empty[0]) + 1} of the data")
    classes, codes = numpy.unique(column, return_inverse=True)
    if len(classes) < 2:
        raise one_value(table.target[0])
    if is_each_its_class(len(classes), len(column)):
        raise every_row_its_class(table.target[0], len(classes), len(column))
    labels = tuple(each.item() if isinstance(each, numpy.generic) else str(each) for each in classes)
    return Task("classification", table.target, classes=labels), codes.reshape(-1, 1).astype(numpy.int64)


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


def _is_rounded(table: Table, name: str) -> bool:
    """Whether a column's whole numbers have lost digits, or do so in float64."""
    column = table.columns[name]
    wide = column.dtype.kind in "iu" and column.dtype.itemsize == 8 and column.size
    beyond = wide and max(int(column.max()), -int(column.min())) > EXACT_WHOLE
    return name in table.rounded or bool(beyond)


def _kind(column: Array) -> str:
    import numpy

    if column.dtype.kind == "f":
        return "regression"
    if column.dtype.kind in "iu" and not are_classes(len(numpy.unique(column)), len(column)):
        return "regression"
    return "classification"


def _scaled(task: Task, truth: Array, train: Array, dtype: str) -> tuple[Task, Array]:
    import numpy

    with numpy.errstate(over="ignore"):
        center, scale = truth[train].mean(axis=0), truth[train].std(axis=0)
    if not (numpy.isfinite(center).all() and numpy.isfinite(scale).all()):
        raise DataError(f"the target {listed(task.targets)} is so large that its spread overflows; rescale it")
    scale[scale == 0] = 1.0  # a constant target is learned as it is
    scaled = Task(task.kind, task.targets, (), tuple(center.tolist()), tuple(scale.tolist()))
    return scaled, ((truth - center) / scale).astype(dtype)


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
