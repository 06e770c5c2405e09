"""The laws of data."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy

from caviar.interfaces.data import Data
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import skip
from caviar.values.arrays import Array
from caviar.values.head import ColumnHead, ColumnKind, Head
from caviar.values.table import Table


class DataContract(StatedInterface):
    """Set `data`; if it reads files, override `source`, and `unlabelled` if the target may be absent."""

    kind = "data"
    data: ClassVar[Data]

    def source(self, folder: Path) -> Data:
        """Returns the plugin, whose files are in this folder."""
        return self.data

    def plugin_under_test(self, folder: Path) -> Data:
        return self.source(folder)

    def unlabelled(self, folder: Path) -> Data | None:
        """The same for rows without a target, as prediction reads them; None if a target is always required."""
        return None

    def test_every_target_is_a_column_and_columns_are_equally_long(self, tmp_path: Path) -> None:
        table = self.source(tmp_path).read()
        assert table.target
        assert set(table.target) < set(table.columns), "targets are columns, and there must be features"
        assert {len(column) for column in table.columns.values()} == {table.rows}
        assert table.test is None or (table.test.shape, table.test.dtype) == ((table.rows,), numpy.dtype(bool))

    def test_columns_hold_numbers_flags_or_words(self, tmp_path: Path) -> None:
        for name, column in self.source(tmp_path).read().columns.items():
            assert isinstance(column, numpy.ndarray)
            assert column.dtype.kind in "fiubOM", f"{name} is {column.dtype}"
            assert column.ndim >= 1
            if column.dtype.kind == "O":
                assert column.ndim == 1, f"{name} is a block of words"
                assert all(cell is None or type(cell) is str for cell in column), f"{name} holds more than words"

    def test_it_reads_the_same_twice(self, tmp_path: Path) -> None:
        data = self.source(tmp_path)
        first, second = data.read(), data.read()
        assert first.target == second.target
        _same(first, second)
        numpy.testing.assert_equal(first.test, second.test)

    def test_the_head_agrees_with_the_rows(self, tmp_path: Path) -> None:
        head, table = self.source(tmp_path).head(), self.source(tmp_path).read()
        if head is None:
            skip("it reports no head")
        assert tuple(column.name for column in head.target) == table.target
        assert tuple(column.name for column in head.features) == table.features
        assert head.test == (0 if table.test is None else table.test.sum())
        for column in (*head.features, *head.target):
            _agree(column, table.columns[column.name], head)
        if head.exact:
            assert head.rows == table.rows

    def test_the_columns_to_choose_from_are_those_that_are_read(self, tmp_path: Path) -> None:
        data = self.source(tmp_path)
        if not data.names():
            skip("it does not list its columns")
        assert set(data.read().columns) <= set(data.names())

    def test_rows_to_predict_have_the_features_of_training(self, tmp_path: Path) -> None:
        table = self.source(tmp_path).read()
        features = {name: table.columns[name] for name in table.features}
        for data in (self.source(tmp_path), self.unlabelled(tmp_path)):
            if data is not None:
                blocks = [block.table for block in data.read_blocks(_kinds(table))]
                parts = [{name: block.columns[name] for name in features} for block in blocks]
                rows = {name: numpy.concatenate([part[name] for part in parts]) for name in features}
                _same(Table(rows, ()), Table(features, ()))

    def test_the_target_may_be_absent_from_rows_to_predict(self, tmp_path: Path) -> None:
        data = self.unlabelled(tmp_path)
        if data is None:
            skip("its rows always have a target")
        assert sum(block.table.rows for block in data.read_blocks(_kinds(self.source(tmp_path).read()))) > 0


def _kinds(table: Table) -> dict[str, ColumnKind]:
    named: dict[str, ColumnKind] = {"O": "words", "M": "dates"}
    return {name: named.get(table.columns[name].dtype.kind, "numbers") for name in table.features}


def _same(found: Table, expected: Table) -> None:
    assert tuple(found.columns) == tuple(expected.columns)
    for name, column in expected.columns.items():
        assert found.columns[name].dtype == column.dtype, name
        numpy.testing.assert_array_equal(found.columns[name], column)


def _agree(column: ColumnHead, cells: Array, head: Head) -> None:
    """If a head has not seen every row, missing values and fractions may follow later."""
    empty = numpy.asarray([cell is None for cell in cells]) if cells.dtype.kind == "O" else cells != cells
    assert column.shape == cells.shape[1:], column.name
    assert (column.kind == "words") == (cells.dtype.kind == "O"), column.name
    if cells.dtype.kind == "b":
        assert column.kind == "flags", column.name
    if head.whole and column.missing is not None:
        assert column.missing == bool(empty.any()), f"{column.name}: are there gaps?"
    if head.whole and column.kind == "numbers" and not empty.any():
        assert not column.whole or (cells == numpy.floor(cells)).all(), column.name
    if head.whole and column.distinct is not None and cells.ndim == 1:
        assert column.distinct == len(set(cells[~empty].tolist())), f"{column.name}: how many different values?"
