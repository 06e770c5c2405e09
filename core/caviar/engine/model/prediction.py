"""Predicting the rows of a file with a saved model, block by block, in bounded memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from caviar.config.hints.suggestions import closest
from caviar.config.reading.resolved import reader_for
from caviar.engine.data.comparison import not_used
from caviar.engine.data.expected import lacking
from caviar.engine.model.on_disk import open_model
from caviar.engine.model.saved import SavedModel
from caviar.interfaces.data import Data, DataError, RowError
from caviar.text.log import log
from caviar.values.arrays import Array
from caviar.values.block import Block
from caviar.values.table import Table
from caviar.values.task import Task

_ROWS = 16_384  # whose inputs are in memory at once


def predict_file(model: Path, data: Path, keep: str | None = None, called: str = "") -> Prediction:
    """The prediction of a file, which is read while it is iterated. Raises NotAModel, NothingToPredict, DataError.

    `keep` is a column whose cells are kept beside the predictions; `called` is what messages call the file.
    """
    opened = open_model(model)
    opened.require_prediction()
    reader = reader_for(data, opened.task.targets[0], opened.first.pipeline.data)
    return Prediction(opened, reader, data, keep, called)


class Prediction:
    """Iterating it once gives arrays of probabilities (rows, classes) or targets (rows, targets), in the file's order.

    Meanwhile `rows` counts the rows that are predicted, `share` is how much of the file has been read, and `kept` are
    the cells of the column `keep` in the latest rows as texts, None where empty.
    """

    def __init__(self, model: SavedModel, data: Data, file: Path, keep: str | None = None, called: str = "") -> None:
        if keep in model.task.targets:
            raise DataError(f"column '{keep}' is predicted, so its cells cannot be kept under this name")
        self.rows, self.share, self.keep = 0, 0.0, keep
        self.kept: Array | None = None
        self._called = called or str(file)
        self._model, self._data, self._file = model, data, file
        self._comparison, self._others = model.comparison(), tuple[str, ...]()

    @property
    def differences(self) -> tuple[str, ...]:
        """In what the rows so far differ from those of training, as sentences; see `Comparison`."""
        return (*self._comparison.sentences, *not_used(self._others))

    @property
    def task(self) -> Task:
        """The targets that are predicted, and the classes."""
        return self._model.task

    def __iter__(self) -> Generator[Array, None, None]:
        """Raises DataError. What is read is closed with the generator."""
        kinds = self._model.first.preparation.kinds
        blocks = self._data.read_blocks(kinds if self.keep is None else {self.keep: "words", **kinds})
        try:
            yield from self._parts(blocks)
        except DataError as error:
            raise DataError(self._told(str(error))) from None
        finally:
            if isinstance(blocks, Generator):  # its scratch files go now, not when it is collected
                blocks.close()

    def _parts(self, blocks: Iterator[Block]) -> Iterator[Array]:
        started = list(islice(blocks, 1))
        if started and started[0].table.rows == 1:
            started = [_placed(started[0]), *islice(blocks, 1)]
        alone = len(started) == 1 and started[0].table.rows == 1
        for block in chain(started, blocks):
            self._begin(block)
            for start in range(0, block.table.rows, _ROWS):
                part = _part(block.table, start, min(start + _ROWS, block.table.rows))
                answer = self._predicted(part, block, start, alone)
                self.rows += part.rows
                self.kept = None if self.keep is None else _texts(part.columns[self.keep])
                yield answer
        if not self.rows:
            raise DataError(f"{self._file}: there are no rows to predict")

    def _predicted(self, part: Table, block: Block, start: int, alone: bool) -> Array:
        lone = part.rows == 1 and not alone
        try:
            self._comparison.add(self._model.first.preparation.expected(part))
            # One row alone is predicted in another block size than many; a last row of a file must not depend on that.
            answer = self._model.predict(_twice(part) if lone else part)
        except RowError as error:
            where = block.where(start + error.row) if block.where else ""
            raise error.at(where or f"{self._file}: row {self.rows + error.row + 1}") from None
        except DataError as error:
            raise DataError(f"{self._file}: {error}") from None
        return answer[:1] if lone else answer

    def _begin(self, block: Block) -> None:
        read = self._model.first.preparation
        if missing := [name for name in read.features if name not in block.table.columns]:
            there = (*block.table.features, *block.others)
            raise DataError(f"{self._file}: {lacking(missing, read.features, read.shapes, there)}")
        if self.keep is not None and self.keep not in block.table.columns:
            there = tuple(dict.fromkeys((*block.table.columns, *block.others)))
            raise DataError(f"{self._file}: no column '{self.keep}' to keep{closest(self.keep, there)}")
        if not self.rows:
            for note in block.table.notes:
                log.warning(self._told(note))
        data = self._model.first.pipeline.data
        split = () if data is None else data.split_columns  # which training had, though not as inputs
        self.share, self._others = block.share, tuple(name for name in block.others if name not in split)

    def _told(self, text: str) -> str:
        """A message with the name of the file that users know."""
        return text.replace(str(self._file), self._called)


def _twice(row: Table) -> Table:
    import numpy

    return row.take(numpy.zeros(2, dtype=numpy.int64))


def _placed(block: Block) -> Block:
    """A block of one row that says where it lies after the next block is read."""
    place = block.where(0) if block.where else ""
    return replace(block, where=(lambda row: place) if place else None)


def _part(table: Table, start: int, stop: int) -> Table:
    if stop - start == table.rows:
        return table
    columns = {name: column[start:stop] for name, column in table.columns.items()}
    return Table(columns, table.target, levels=table.levels)


def _texts(cells: Array) -> Array:
    """Cells that are kept, as texts: whole numbers without a point, dates as ISO 8601 has them, at midnight alone."""
    import numpy

    if cells.dtype.kind == "O":
        return cells
    texts = numpy.empty(len(cells), dtype=object)
    known = cells == cells
    written = cells.astype(str) if cells.dtype.kind == "M" else cells
    texts[:] = [_text(cell) if there else None for cell, there in zip(written.tolist(), known.tolist(), strict=True)]
    return texts


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).removesuffix("T00:00:00")
