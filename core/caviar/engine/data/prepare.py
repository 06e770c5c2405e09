"""Preparing data: task, split, transforms fitted on the training part, and the arrays a trainer sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from caviar.config.checks.data_errors import (
    column_with_gaps,
    dated_column,
    no_features,
    rounded_column,
    wordy_column,
)
from caviar.config.checks.splits import unlearned
from caviar.engine.data.expected import as_trained, check_filled, lacking
from caviar.engine.data.fingerprint import fingerprint
from caviar.engine.data.levels import check_levels
from caviar.engine.data.split.rows import Division, split_rows
from caviar.engine.data.summary import ColumnSummary, summarized
from caviar.engine.data.targets import Targets, targets_of
from caviar.engine.data.task import is_rounded, task_of
from caviar.interfaces.data import Data, DataError, RowError
from caviar.interfaces.transform import Transform
from caviar.values.arrays import Array, locked
from caviar.values.dataset import Dataset, Split
from caviar.values.head import ColumnKind
from caviar.values.inputs import NO_INPUTS, InputColumn, InputKind, Inputs
from caviar.values.random import Random
from caviar.values.table import Table
from caviar.values.task import Task
from caviar.values.wrong_return import WrongReturn, described

Read: TypeAlias = Callable[[Data, Random], tuple[Table, Task, Array, Division]]
"""Gives the rows with their task and truth, and which of them are in which part."""


@dataclass(frozen=True)
class Preparation:
    """How rows become inputs: what each transform learned, the feature columns expected, and the task.

    `shapes` says what shape a row of each feature has, `words` and `dates` which features held these, `levels` which
    are categories as they are read, `made` what the inputs are that a row becomes, `summary` what the training
    rows of each feature were like. It is saved with the model, so that
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
    summary: Mapping[str, ColumnSummary]
    task: Task
    notes: tuple[str, ...] = ()

    def expected(self, table: Table) -> Table:
        """The columns of new rows that the model reads, sure to hold what they held in training. Raises DataError."""
        missing = [name for name in self.features if name not in table.columns]
        if missing:
            raise lacking(missing, self.features, self.shapes, table.features)
        columns = {
            name: as_trained(name, table.columns[name], self.kinds[name], shape, self.levels.get(name, 0))
            for name, shape in zip(self.features, self.shapes, strict=True)
        }
        return Table(columns, (), levels=self.levels)

    def inputs(self, table: Table, dtype: str) -> Array:
        """Rows of a table as the model's inputs: (rows, inputs)."""
        table = self.expected(table)
        for transform, learned in zip(self.transforms, self.learned, strict=True):
            table = _applied(transform, table, learned)
        check_filled(table)
        return _matrix(self._as_made(table), dtype)

    def _as_made(self, table: Table) -> Table:
        """The columns by name in the order of training, so that none is taken for another. Raises WrongReturn."""
        shapes = {name: column.shape[1:] for name, column in table.columns.items()}
        if shapes != {column.name: column.shape for column in self.made.columns}:
            at_fault, made = self.transforms[-1], ", ".join(column.name for column in self.made.columns)
            raise WrongReturn(at_fault, "apply", f"left columns {', '.join(shapes)} of new rows; in training {made}")
        return table.with_columns({column.name: table.columns[column.name] for column in self.made.columns})

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        """What each feature held; flags count as numbers."""
        held: dict[str, ColumnKind] = dict.fromkeys(self.features, "numbers")
        return {**held, **dict.fromkeys(self.words, "words"), **dict.fromkeys(self.dates, "dates")}


def prepare(
    data: Data, transforms: Sequence[Transform], dtype: str, seed: Random, read: Read | None = None
) -> tuple[tuple[Dataset, ...], tuple[Preparation, ...]]:
    """Reads the data and makes a dataset of it, or one for each fold; and how it prepared each. Raises DataError.

    `read` is called in the place of `read_and_split`.
    """
    table, task, truth, division = (read or read_and_split)(data, seed)
    content = fingerprint(table)
    kept = {name: column for name, column in table.columns.items() if name not in unlearned(data)}
    table = replace(table.with_columns(kept), notes=(*table.notes, *division.told))
    targets = targets_of(data, task, truth, division.splits)
    made = [_fitted(data, table, targets, split, transforms, dtype, content) for split in division.splits]
    return tuple(dataset for dataset, _ in made), tuple(preparation for _, preparation in made)


def read_and_split(data: Data, seed: Random) -> tuple[Table, Task, Array, Division]:
    """The rows with their task and truth, and which of them are in which part. Raises DataError."""
    table = data.read()
    if table.rows == 0:
        raise DataError("the data has no rows")
    task, truth = task_of(data, table)
    if set(table.features) <= {*unlearned(data)}:
        raise no_features()
    return table, task, truth, split_rows(data, table, task, truth, seed.child("data"))


def no_data(dtype: str) -> tuple[tuple[Dataset, ...], tuple[Preparation, ...]]:
    """What a trainer that needs no data is given: a dataset without rows, columns or a target."""
    import numpy

    rows, empty = numpy.empty(0, dtype=numpy.int64), numpy.empty((0, 0), dtype=dtype)
    task = Task("regression", ())
    nothing = Dataset(empty, empty, empty, Split(rows, rows, rows), task, "no data", NO_INPUTS)
    return (nothing,), (Preparation((), (), (), (), (), (), {}, NO_INPUTS, {}, task),)


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
    learned, summary = [], summarized(features.take(split.train))
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
    preparation = Preparation(tuple(transforms), tuple(learned), *read, made, summary, task, notes)
    return Dataset(x, y, targets.truth, split, task, content, made), preparation


def _applied(transform: Transform, table: Table, learned: dict[str, Array]) -> Table:
    """The table changed by a transform, which cannot change the columns that it is given: others hold them too."""
    changed = transform.apply(table.with_columns({k: locked(each) for k, each in table.columns.items()}), learned)
    if not isinstance(changed, Table):
        raise WrongReturn(transform, "apply", f"returned {described(changed)} instead of a Table")
    check_levels(changed, transform)
    return changed


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
            raise RowError(row, f"column {name!r} is not finite", "correct it")
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
