"""Which row of the data is in which part, so that another tool can be compared on the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.engine.data.prepare import read_and_split
from caviar.interfaces.data import DataError
from caviar.registry.load import name_of
from caviar.values.arrays import Array
from caviar.values.dataset import Split
from caviar.values.random import Random

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_NAMES = ("train", "validation", "test")


@dataclass(frozen=True)
class RowParts:
    """The splits of the rows as they were read, one for each fold, and the places of these rows in their files.

    `numbers` count the rows of a file from 0; where there are two files, those of the second are the rows in `test`.
    """

    splits: tuple[Split, ...]
    numbers: Array
    lines: Array | None
    test: Array | None
    files: tuple[Path, ...]

    @property
    def in_files(self) -> tuple[Split, ...]:
        """The same splits by the numbers of the rows in their file."""
        parts = ((self.numbers[part] for part in (each.train, each.validation, each.test)) for each in self.splits)
        return tuple(Split(*each) for each in parts)

    def table(self) -> Iterator[list[Any]]:
        """A header, and for each row its number in the file, from 1, its line if it has one, and its part.

        With folds there is a column for each; a cell is empty where a fold does not use the row.
        """
        import numpy

        split = [f"fold_{fold}" for fold in range(1, len(self.splits) + 1)] if len(self.splits) > 1 else ["part"]
        columns: list[list[Any]] = [(self.numbers + 1).tolist()]
        heads = ["row"]
        if self.lines is not None:
            heads.append("line")
            columns.append(self.lines.tolist())
        if len(self.files) > 1 and self.test is not None:
            heads.insert(0, "file")
            columns.insert(0, [self.files[int(each)].name for each in self.test])
        for each in self.splits:
            part = numpy.full(len(self.numbers), "", dtype=object)
            for name, rows in zip(_NAMES, (each.train, each.validation, each.test), strict=True):
                part[rows] = name
            columns.append(part.tolist())
        yield [*heads, *split]
        yield from map(list, zip(*columns, strict=True))


def row_parts(pipeline: Pipeline) -> RowParts:
    """The rows of a pipeline's data as a run splits them. Raises DataError."""
    import numpy

    data, trainer = pipeline.data, pipeline.trainer
    if not trainer.needs_data:
        raise DataError(f"trainer '{name_of(type(trainer))}' reads no data, so there are no rows to split")
    if data is None:
        raise DataError("data: missing; give a [data] table with path and target")
    table, _, _, division = read_and_split(data, Random(pipeline.seed))
    numbers = numpy.arange(table.rows) if table.numbers is None else table.numbers
    paths = (getattr(data, "path", None), getattr(data, "test_path", None))
    files = tuple(path for path in paths if path is not None)
    return RowParts(division.splits, numbers, data.lines(table), table.test, files)
