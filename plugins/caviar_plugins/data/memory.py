"""Memory: rows from a program, as `Pipeline.run(X, y)` passes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, Self

from caviar.plugin import Data, DataError, Head, Table, setting
from pydantic import PrivateAttr, field_validator

from caviar_plugins.tables.declared import kinds
from caviar_plugins.tables.held import Rules, read_held
from caviar_plugins.tables.judged import decided_of


class Memory(Data, interface=2):
    """The rows themselves are no part of the declaration: a file can set how they are split and read, not which.

    Columns of words are read as those of a file: `decimal`, `missing`, `columns` and `missing_target` are the settings
    of `table` with these names.
    """

    decimal: Literal[".", ","] | None = setting(default=None, kw_only=True)
    missing: tuple[str, ...] = setting(default=(), also=("na_values", "null_values"), kw_only=True)
    columns: dict[str, str] = setting(default={}, also=("dtype", "dtypes", "categorical"), kw_only=True)
    missing_target: Literal["drop", "refuse"] = setting(default="drop", kw_only=True)
    _table: Table | None = PrivateAttr(default=None)
    _is_read: bool = PrivateAttr(default=False)

    @field_validator("columns")
    @classmethod
    def _are_kinds(cls, columns: dict[str, str]) -> dict[str, str]:
        kinds(columns)
        return columns

    def holding(self, table: Table) -> Self:
        """The same with rows."""
        copy = self.model_copy()
        copy._table, copy._is_read = table, False
        return copy

    def decided(self) -> Self:
        if self._is_read:
            return self
        rules, table = decided_of(self._held(), self._rules, self.missing_target, self.task)
        copy = self.model_copy(update={"columns": dict(rules.columns), "decimal": rules.decimal})
        copy._table, copy._is_read = table, True
        return copy

    def read(self) -> Table:
        return self.decided()._held()

    def read_rows(self, words: Collection[str] = ()) -> Table:
        return self.read()

    def read_frame(self, table: Table, words: Collection[str] = ()) -> Table:
        return read_held(table, replace(self._rules, settled=True), words)

    def head(self) -> Head | None:
        self._held()
        return None

    @property
    def _rules(self) -> Rules:
        return Rules(self.columns, self.decimal, self.missing)

    def _held(self) -> Table:
        if self._table is None:
            raise DataError("the rows came from a program; run it again: Pipeline(…).run(X, y)")
        return self._table
