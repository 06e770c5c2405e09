"""A session of PostgreSQL that holds the lock of one study, and outlives a lost connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep
from typing import Any, TypeVar

import psycopg
from caviar.plugin import StoreError, say_once
from psycopg import Connection

from caviar_plugins.stores.lock import in_words, this_process
from caviar_plugins.stores.postgresql_folder import note_id
from caviar_plugins.stores.postgresql_schema import LOCKS, create
from caviar_plugins.stores.postgresql_server import Server, is_lost
from caviar_plugins.stores.postgresql_study import study_of_folder

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds in which a server may be started again, or a connection come back, before the run ends."""
_PAUSES = (0.0, 0.1, 0.2, 0.5, 1.0)
_LOCK = "SELECT pg_try_advisory_lock(%s, %s)"
_HOLDER = """
SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2
    AND datname = current_database()
"""


class Session:
    """Locks the study of a run's folder until it is closed; starts one where the folder has none. Raises StoreError.

    The lock is the server's and belongs to the connection: a process that dies frees it. A connection that was lost is
    made again, if no other process has opened the study meanwhile, and what was sent last is sent again.
    """

    def __init__(self, server: Server, folder: Path, named_as: Path | None = None) -> None:
        self._server, self._folder, self._transaction = server, folder, False
        with server.errors():
            self._connection = server.connect()
            self._process = self._connection.info.backend_pid
        try:
            with server.errors():
                create(self._connection, server.place)
                found = study_of_folder(self._connection, server, folder)
                self.study = _start(self._connection, server, folder, named_as or folder) if found is None else found
                self._lock(self._connection)
                query = "UPDATE caviar.run SET opened = opened + 1, holder = %s WHERE study = %s RETURNING opened"
                self._opened = _cell(self._connection, query, this_process(), self.study)
        except BaseException:
            self._connection.close()
            raise

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        """What a query returns; within `write`, in its transaction."""
        if self._transaction:
            found: list[Any] = self._connection.execute(query, values).fetchall()
            return found
        return self._again(lambda: self._connection.execute(query, values).fetchall())

    def each(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Runs a statement for each of these rows of values, within `write`; none of them is waited for."""
        for row in rows:  # `executemany` would wait for the last one
            self._connection.execute(statement, row)

    def write(self, work: Callable[[], None], durable: bool) -> None:
        """Does the work in one transaction: when it returns, its rows are on the server's disk, if they have to be."""
        self._again(lambda: self._write(work, durable))

    def close(self) -> None:
        self._connection.close()

    def _write(self, work: Callable[[], None], durable: bool) -> None:
        # All from BEGIN to COMMIT is one message to the server but for what is read, and what follows an error is not
        # done. psycopg's `transaction` would wait for the server four times more.
        self._transaction = True
        try:
            with self._connection.pipeline():
                self._connection.execute("BEGIN")
                if not durable:
                    self._connection.execute("SET LOCAL synchronous_commit = off")
                # Another process that opens the study waits here, or has changed what is read.
                query = "SELECT opened FROM caviar.run WHERE study = %s FOR SHARE"
                owner = self._connection.execute(query, (self.study,))
                work()
                self._check_owner(owner.fetchone())
                ended = self._connection.execute("COMMIT")
            if ended.statusmessage != "COMMIT":
                raise psycopg.OperationalError(f"COMMIT ended with {ended.statusmessage}")
        except BaseException:
            try:
                self._connection.rollback()
            except psycopg.Error:  # also where it is closed
                self._connection.close()
            raise
        finally:
            self._transaction = False

    def _again(self, work: Callable[[], T]) -> T:
        """Does the work, again where the connection was lost, for so long as a server may take to start."""
        pauses, since = iter(_PAUSES), monotonic()
        with self._server.errors():
            while True:
                try:
                    if self._connection.closed:
                        self._reconnect()
                    return work()
                except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                    if not (self._connection.closed or is_lost(error)) or monotonic() - since > PATIENCE:
                        raise
                    self._connection.close()
                    sleep(next(pauses, _PAUSES[-1]))

    def _reconnect(self) -> None:
        say_once(f"{self._server.place}: the connection was lost; connects again for {PATIENCE:.0f} s")
        connection = self._server.connect()
        try:
            owner = connection.execute("SELECT opened FROM caviar.run WHERE study = %s", (self.study,)).fetchone()
            self._check_owner(owner)
            self._lock(connection, previous=self._process)
        except BaseException:
            connection.close()
            raise
        self._connection, self._process = connection, connection.info.backend_pid

    def _lock(self, connection: Connection, previous: int | None = None) -> None:
        """Takes the study's lock, also from the server's process of a connection that this process has lost."""
        if _cell(connection, _LOCK, LOCKS, self.study):
            return
        holder = connection.execute(_HOLDER, (LOCKS, self.study)).fetchone()
        if holder is not None and holder[0] == previous:
            connection.execute("SELECT pg_terminate_backend(%s)", holder)
            raise psycopg.OperationalError("the lost connection still holds the study")  # not for long: try again
        note = _cell(connection, "SELECT holder FROM caviar.run WHERE study = %s", self.study)
        raise StoreError(
            f"{self._folder}: in use by {in_words(note or '')}; wait for it to end or stop it, "
            "or choose another name or folder"
        )

    def _check_owner(self, found: tuple[Any, ...] | None) -> None:
        if found is None:
            raise StoreError(f"{self._server.place}: this study was deleted during the run, so its records are lost")
        if found[0] != self._opened:
            raise StoreError(f"{self._folder}: another process has opened the study meanwhile and continues it")


def holder_of(server: Server, folder: Path) -> str | None:
    """The process that has the study of a folder open to run it, in words; None where none has. Raises StoreError."""
    with server.errors(), server.connect() as connection:
        study = study_of_folder(connection, server, folder)
        if study is None or connection.execute(_HOLDER, (LOCKS, study)).fetchone() is None:
            return None
        return in_words(_cell(connection, "SELECT holder FROM caviar.run WHERE study = %s", study) or "")


def _start(connection: Connection, server: Server, folder: Path, named_as: Path) -> int:
    """A new study for a folder, or the one that another process has just started there."""
    new, query = token_hex(16), "INSERT INTO caviar.run (id, name) VALUES (%s, %s) RETURNING study"
    study = int(_cell(connection, query, new, named_as.resolve().name))
    if note_id(folder, new):
        return study
    connection.execute("DELETE FROM caviar.run WHERE study = %s", (study,))
    found = study_of_folder(connection, server, folder)
    assert found is not None
    return found


def _cell(connection: Connection, query: str, *values: object) -> Any:
    """The one cell of the one row that a query returns."""
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0]
