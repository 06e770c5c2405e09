"""The study of a run's folder in a PostgreSQL database: where it is, and what it has at one moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from caviar.plugin import StoreError
from psycopg import Connection, IsolationLevel

from caviar_plugins.stores.postgresql_folder import FILE, known_id
from caviar_plugins.stores.postgresql_schema import check_format
from caviar_plugins.stores.postgresql_server import Server


class Snapshot:
    """The study of a run's folder at one moment, for reading. Raises StoreError."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        with server.errors():
            self._connection = server.connect()
            try:
                self._connection.autocommit = False
                self._connection.isolation_level, self._connection.read_only = IsolationLevel.REPEATABLE_READ, True
                found = study_of_folder(self._connection, server, folder)  # the first query chooses the moment
            except BaseException:
                self._connection.close()
                raise
        if found is None:
            self._connection.close()
            raise StoreError(f"{folder}: there is no such study; give the folder of a run, such as runs/digits")
        self.study = found

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        with self._server.errors():
            found: list[Any] = self._connection.execute(query, values).fetchall()
        return found

    def close(self) -> None:
        self._connection.close()


def study_of_folder(connection: Connection, server: Server, folder: Path) -> int | None:
    """The number of a folder's study; None where the folder has none. Raises StoreError where it is not there."""
    if (known := known_id(folder)) is None:
        return None
    if check_format(connection, server.place):
        found = connection.execute("SELECT study FROM caviar.run WHERE id = %s", (known,)).fetchone()
        if found is not None:
            return int(found[0])
    raise StoreError(
        f"{folder}: its study is not in {server.place}; put the address of the database where it was started into "
        f"{server.variable}, or remove {folder / FILE} to start over"
    )
