"""The PostgreSQL ledger: the rows of one study among those of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from caviar.plugin import Changes, StoreError

from caviar_plugins.stores.postgresql_session import Session
from caviar_plugins.stores.postgresql_study import Snapshot
from caviar_plugins.stores.row_ledger import RowLedger
from caviar_plugins.stores.store_errors import checked_rows


class PostgreSQLLedger(RowLedger):
    """With a snapshot it is for reading only."""

    def __init__(self, file: Path, session: Session | Snapshot) -> None:
        self._file, self._session = file, session

    def commit(self, changes: Changes, durable: bool = True) -> None:
        if isinstance(self._session, Snapshot):
            raise StoreError(f"{self._file.parent}: opened read-only; nothing can be recorded")
        whole = _storable(changes)
        self._session.write(lambda: self._write(whole), durable)

    def close(self) -> None:
        self._session.close()

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self._session.rows(_marked(query), values)

    def _each(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        assert isinstance(self._session, Session)
        self._session.each(_marked(statement), rows)

    def _undamaged(self) -> AbstractContextManager[None]:
        return checked_rows(self._file)

    def _of(self, table: str) -> str:
        return f"(SELECT * FROM caviar.{table} WHERE study = {self._session.study:d}) AS {table}"

    def _table(self, table: str) -> str:
        return f"caviar.{table}"

    def _scope(self, table: str) -> Mapping[str, int]:
        return {"study": self._session.study}

    def _among(self, column: str, values: Iterable[int]) -> tuple[str, object]:
        return f"{column} = ANY(?)", [*values]


def _marked(statement: str) -> str:
    """A statement with the marks of psycopg."""
    return statement.replace("?", "%s")


def _storable(changes: Changes) -> Changes:
    """Changes without the character 0 in a failed trial's words, which PostgreSQL's text cannot hold."""
    trials = {
        number: replace(trial, reason=_visible(trial.reason), trace=_visible(trial.trace))
        if "\0" in f"{trial.reason}{trial.trace}"
        else trial
        for number, trial in changes.trials.items()
    }
    return replace(changes, trials=trials)


def _visible(text: str | None) -> str | None:
    return None if text is None else text.replace("\0", "\N{SYMBOL FOR NULL}")
