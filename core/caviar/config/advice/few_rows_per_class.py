"""few-rows-per-class: of a target with few rows for each class hardly anything can be learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.interfaces.data import DataError
from caviar.values.task import are_classes

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_ROWS = 10


def few_rows_per_class(pipeline: Pipeline) -> Iterator[Advice]:
    """A target whose classes have fewer than 10 rows each on average."""
    data = pipeline.data
    try:
        head = data.head() if data and data.task != "regression" else None
    except DataError:  # reading the data reports it
        head = None
    for column in head.target if head else ():
        if column.kind == "dates":  # a run refuses them in words of its own
            continue
        values, rows = column.distinct or 0, (head.seen or head.rows) if head else 0
        numbers = column.kind == "numbers" and not (column.whole and are_classes(values, rows))
        classes = not (numbers and data and data.task is None)
        if classes and values > 2 and rows < _ROWS * values:
            told = f"{column.name} has {values:,} classes in {rows:,} rows, {rows / values:.1f} rows each on average"
            yield Advice("few-rows-per-class", "data.target", f"{told}; join rare classes, or predict a number instead")
