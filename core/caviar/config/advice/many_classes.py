"""many-classes: whole numbers with many values may be classes, and are as often quantities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.interfaces.data import DataError
from caviar.values.head import ColumnHead, Head
from caviar.values.task import are_classes

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_MANY = 20


def many_classes(pipeline: Pipeline) -> Iterator[Advice]:
    """A target with more than 20 different whole numbers is treated as classes, although no task is declared."""
    data = pipeline.data
    try:
        head = data.head() if data and data.task is None else None
    except DataError:  # reading the data reports it
        head = None
    if head and (column := doubtful_classes(head)):
        told = f"{column.name} has {column.distinct} different whole numbers, treated as classes"
        yield Advice("many-classes", "data.task", f'{told}; write task = "regression" if they are quantities')


def doubtful_classes(head: Head) -> ColumnHead | None:
    """The target whose whole numbers are taken for more than 20 classes, if it is one."""
    column, values = head.target[0], head.target[0].distinct or 0
    numbers = len(head.target) == 1 and column.kind == "numbers" and column.whole
    return column if numbers and values > _MANY and are_classes(values, head.rows) else None
