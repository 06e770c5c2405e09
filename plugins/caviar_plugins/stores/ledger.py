"""The SQLite ledger: every commit is there completely or not at all, and none without those before it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any

from caviar.plugin import Changes, StoreError

from caviar_plugins.stores.lock import Lock
from caviar_plugins.stores.row_ledger import RowLedger
from caviar_plugins.stores.schema import noted, transaction
from caviar_plugins.stores.store_errors import checked_rows, damaged, store_errors

_OF_ONE_ROW = ("study", "assessment")


class SQLiteLedger(RowLedger):
    """Without a lock it is for reading only, on a connection that sees one moment."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: Lock | None = None) -> None:
        self._path, self._connection, self._lock = path, connection, lock
        self._file = _file_identity(path)

    def commit(self, changes: Changes, durable: bool = True) -> None:
        if self._lock is None:
            raise StoreError(f"{self._path}: opened read-only; nothing can be recorded")
        self._still_there()
        with store_errors(self._path), (transaction if durable else noted)(self._connection):
            self._write(changes)

    def verify(self) -> None:
        """Checks the file as a whole; each row is checked when it is read. Raises StoreError."""
        for (complaint,) in self._rows("PRAGMA quick_check(1)"):
            if complaint != "ok":
                raise damaged(self._path)

    def close(self) -> None:
        try:
            with store_errors(self._path), closing(self._connection):
                self._still_there()
        finally:
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def _still_there(self) -> None:
        """Raises StoreError if the file was removed: SQLite would continue to write to it."""
        if self._lock is not None and _file_identity(self._path) != self._file:
            raise StoreError(
                f"{self._path}: removed or replaced during the run, so its records are lost; "
                "put it back, or run the same command again to start over"
            )

    def _rows(self, query: str, *values: object) -> list[Any]:
        with store_errors(self._path):
            return self._connection.execute(query, values).fetchall()

    def _each(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._connection.executemany(statement, rows)

    def _undamaged(self) -> AbstractContextManager[None]:
        return checked_rows(self._path)

    def _of(self, table: str) -> str:
        return table

    def _table(self, table: str) -> str:
        return table

    def _scope(self, table: str) -> Mapping[str, int]:
        return {"id": 1} if table in _OF_ONE_ROW else {}

    def _among(self, column: str, values: Iterable[int]) -> tuple[str, object]:
        return f"{column} IN (SELECT value FROM json_each(?))", json.dumps([*values])


def _file_identity(path: Path) -> tuple[int, int] | None:
    """Device and inode, which distinguish the file from another one of the same name; None if there is no file."""
    with suppress(OSError):
        found = path.lstat()
        return found.st_dev, found.st_ino
    return None
