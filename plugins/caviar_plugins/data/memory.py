"""Memory: rows from a program, as `Pipeline.run(X, y)` passes them."""

from __future__ import annotations

from typing import Self

from caviar.plugin import Data, DataError, Head, Table
from pydantic import PrivateAttr


class Memory(Data, interface=2):
    """The table itself is no part of the declaration: a file can set how its rows are split, not which they are."""

    _table: Table | None = PrivateAttr(default=None)

    def holding(self, table: Table) -> Self:
        """The same with rows."""
        copy = self.model_copy()
        copy._table = table
        return copy

    def read(self) -> Table:
        return self._held()

    def head(self) -> Head | None:
        self._held()
        return None

    def _held(self) -> Table:
        if self._table is None:
            raise DataError("the rows came from a program; run it again: Pipeline(…).run(X, y)")
        return self._table
