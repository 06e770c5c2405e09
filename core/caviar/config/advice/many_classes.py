"""many-classes: whole numbers with many values and few rows each are rarely classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.interfaces.data import DataError
from caviar.values.task import are_classes

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_MANY, _ROWS = 20, 500


def many_classes(pipeline: Pipeline) -> Iterator[Advice]:
    """A target with more than 20 different whole numbers, with fewer than 500 rows each, is treated as classes."""
    data = pipeline.data
    try:
        head = data.head() if data and data.task is None else None
    except DataError:  # reading the data reports it
        head = None
    for column in head.target if head else ():
        values, rows = column.distinct or 0, head.rows if head else 0
        taken = column.kind == "numbers" and column.whole and are_classes(values, rows)
        if taken and values > _MANY and rows < _ROWS * values:
            told = f"{column.name} has {values} different whole numbers, treated as classes"
            yield Advice("many-classes", "data.task", f'{told}; write task = "regression" if they are quantities')
