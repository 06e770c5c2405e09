"""Data: reads a table."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from caviar.interfaces.field import setting
from caviar.interfaces.plugin import Plugin
from caviar.values.table import Table


class Data(Plugin):
    """Where the rows come from, what is predicted, and which fractions of rows are set aside.

    `task` None ("auto" in a file) lets the targets decide: floats are regression; strings, booleans and integers of at
    most 100 values are classification. Data that marks its own test rows needs `test = 0`.
    """

    kind: ClassVar[str] = "data"
    interface: ClassVar[int] = 1

    task: Literal["classification", "regression"] | None = None
    validation: float = setting(default=0.2, gt=0, lt=1, also=("validation_split", "val_size", "valid"))
    test: float = setting(default=0.0, ge=0, lt=1, also=("test_size", "test_split"))

    @abstractmethod
    def read(self) -> Table:
        """The whole table. Raises DataError, whose message names file, row and what to do."""

    def read_rows(self) -> Table:
        """The same for predictions: the target may be absent, and `Table.target` is then empty."""
        return self.read()


class DataError(Exception):
    """The data cannot be used as it is; the message says what, where and what to do."""
