"""Splitting the rows of a table, and what to tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from caviar.config.checks.data_errors import listed, no_rows, own_test_part
from caviar.config.checks.splits import groups_in_two, own_test_beside, unknown_classes
from caviar.engine.data.split.column import split_column
from caviar.engine.data.split.groups import group_parts
from caviar.engine.data.split.named import named_parts
from caviar.engine.data.split.shares import random_parts
from caviar.engine.data.split.times import check_own_test, time_parts
from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.dataset import Split
from caviar.values.random import Random
from caviar.values.table import Table
from caviar.values.task import Task


@dataclass(frozen=True)
class Division:
    """The parts of the rows, sorted: one split, or one for each fold; `told` are sentences for the user."""

    splits: tuple[Split, ...]
    told: tuple[str, ...] = ()


def split_rows(data: Data, table: Table, task: Task, truth: Array, random: Random) -> Division:
    """Splits the rows of a table as its data says, stratified for classes where a column leaves it open. Raises Unfit.

    Rows that the table marks are the test part; the fractions count the other rows.
    """
    import numpy

    codes = truth[:, 0] if task.kind == "classification" else None
    test = numpy.zeros(table.rows, dtype=bool) if table.test is None else table.test
    if table.test is not None and data.test > 0:
        raise own_test_part()
    unknown = sorted({*codes[test].tolist()} - {*codes[~test].tolist()}) if codes is not None else []
    if unknown and getattr(data, "test_path", None) is not None:
        raise unknown_classes([str(task.classes[code]) for code in unknown])
    free, random, told = numpy.flatnonzero(~test), random.child("split"), ""
    if data.group is not None:
        groups = split_column(data, table, "group")
        if shared := numpy.intersect1d(groups[test], groups[free]).tolist():
            raise groups_in_two(data, [str(each) for each in shared])
        splits = group_parts(data, groups, free, codes, random)
        told = _groups(data, groups, splits[0])
    elif data.time is not None:
        times = split_column(data, table, "time")
        if test.any():
            check_own_test(data, times, test)
        splits = time_parts(data, times, free)
        told = _times(data, times, splits)
    elif data.part is not None:
        if table.test is not None:
            raise own_test_beside(data)
        splits = named_parts(data, split_column(data, table, "part"), codes, random)
        told = f"the column {data.part!r} says which rows are in which part: {_counts(splits[0])}"
    else:
        splits = random_parts(data, free, codes, random)
    splits = tuple(_sorted(each, numpy.flatnonzero(test)) for each in splits)
    for split in splits:
        for name, part in (("training", split.train), ("validation", split.validation)):
            if len(part) == 0:
                raise no_rows(data, table.rows, name)
    if not told:
        return Division(splits)
    return Division(splits, (told, *_unseen(task, codes, splits)))


def _sorted(split: Split, own_test: Array) -> Split:
    import numpy

    return Split(*(numpy.sort(each) for each in (split.train, split.validation, numpy.append(own_test, split.test))))


def _groups(data: Data, groups: Array, split: Split) -> str:
    import numpy

    many = (f"{len(numpy.unique(groups[rows])):,} {name}" for name, rows in _named(split) if len(rows))
    return f"rows with the same {data.group!r} are in the same part; groups: {', '.join(many)}{_in_folds(data)}"


def _times(data: Data, times: Array, splits: tuple[Split, ...]) -> str:
    first = splits[0]
    spans = (f"{name} {_span(times[rows])}" for name, rows in _named(first) if len(rows))
    return f"rows are in order of {data.time!r}: {', '.join(spans)}{_in_folds(data)}"


def _span(times: Array) -> str:
    first, last = str(times.min()), str(times.max())
    if first.endswith("T00:00:00") and last.endswith("T00:00:00"):
        first, last = first[:10], last[:10]
    return first if first == last else f"{first} to {last}"


def _unseen(task: Task, codes: Array | None, splits: tuple[Split, ...]) -> Iterator[str]:
    """Classes that a model would never see."""
    import numpy

    if codes is None:
        return
    there = {int(code) for code in numpy.unique(codes)}
    for fold, split in enumerate(splits, 1):
        missing = sorted(there - {int(code) for code in numpy.unique(codes[split.train])})
        if missing:
            where = f"the training part of fold {fold}" if len(splits) > 1 else "the training part"
            yield f"{where} has no row of {listed([str(task.classes[code]) for code in missing])}"


def _counts(split: Split) -> str:
    return ", ".join(f"{len(rows):,} {name}" for name, rows in _named(split) if len(rows))


def _in_folds(data: Data) -> str:
    return f" (the first of {data.folds} folds)" if data.folds else ""


def _named(split: Split) -> Iterator[tuple[str, Array]]:
    yield from (("training", split.train), ("validation", split.validation), ("test", split.test))
