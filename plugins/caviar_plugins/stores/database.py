"""Opens the database of a study: a new one, or one with exactly the tables of a study."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Set
from contextlib import closing
from functools import cache
from pathlib import Path

from caviar.plugin import StoreError, sync_folder

from caviar_plugins.stores.file_system import is_remote
from caviar_plugins.stores.schema import APPLICATION, TABLES, VERSION, transaction
from caviar_plugins.stores.store_errors import code_of, damaged, store_errors


def create_or_open(path: Path) -> sqlite3.Connection:
    """Opens a connection that may write; an empty or missing file becomes a study without trials.

    It keeps a write-ahead log; on a file system of another machine, where that does not work, a rollback journal.
    """
    with store_errors(path):
        connection = connected(path.absolute().as_uri())
        try:
            remote = is_remote(path.parent)
            if remote:  # until the log, if there is one, is gone: nothing is shared
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            new = _is_new(connection, path)
            connection.execute(f"PRAGMA journal_mode = {'DELETE' if remote else 'WAL'}")
            connection.execute("PRAGMA locking_mode = NORMAL")
            connection.execute(f"PRAGMA synchronous = {'EXTRA' if remote else 'FULL'}")
            connection.execute("PRAGMA foreign_keys = ON")
            if new:
                with transaction(connection):
                    for statement in TABLES.split(";\n"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id = {APPLICATION}")
                    connection.execute(f"PRAGMA user_version = {VERSION}")
                sync_folder(path.parent)
        except BaseException:
            connection.close()
            raise
    return connection


def look_at(path: Path) -> sqlite3.Connection:
    """A connection that only reads, all of it of one moment: within a transaction that ends when it is closed."""
    if not path.exists():
        raise StoreError(f"{path}: there is no study; `pipe run` of its pipeline starts one")
    with store_errors(path):
        if is_remote(path.parent):
            return _copied(path)
        if not os.access(path.parent, os.W_OK):
            return _looking(path, shared=path.with_name(path.name + "-wal").exists())
        try:
            return _looking(path, shared=True)
        except sqlite3.OperationalError as error:
            if code_of(error) & 0xFF not in _NO_SHARED_MEMORY:
                raise
            return _looking(path, shared=False)


def _copied(path: Path) -> sqlite3.Connection:
    """A copy in memory: with a rollback journal nobody can write while somebody reads."""
    memory = connected(":memory:")
    with closing(_looking(path, shared=False)) as connection:
        connection.rollback()
        connection.backup(memory)
    return memory


# What SQLite reports where it cannot make or map the file -shm: on a full disk, in a file system without shared maps.
_NO_SHARED_MEMORY = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL}


def _looking(path: Path, shared: bool) -> sqlite3.Connection:
    """A connection next to others, or one without shared memory, during which no process may write."""
    address, wal = path.absolute().as_uri(), path.with_name(path.name + "-wal")
    written = wal.exists() and wal.stat().st_size > 0
    # The last to close tidies up the files beside it, which mode=ro leaves.
    writable, alone = os.access(path.parent, os.W_OK), "rw" if written else "ro&immutable=1"
    connection = connected(f"{address}?mode={('rw' if writable else 'ro') if shared else alone}")
    try:
        if not shared and written:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if _is_new(connection, path):
            raise StoreError(f"{path}: contains no study; `pipe run` of its pipeline starts one")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM study")  # SQLite chooses the moment at the first row that is read
    except BaseException:
        connection.close()
        raise
    return connection


def connected(address: str) -> sqlite3.Connection:
    """A connection that trusts neither the schema nor the sizes in a database."""
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether a database has no tables yet. Raises StoreError if it has other tables than a study's."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] and not application:
        return True
    if application != APPLICATION:
        if _objects(connection) == own_objects():
            raise damaged(path)
        raise StoreError(f"{path}: another program's database, not a study; move it away and run again")
    if version != VERSION:
        other = "a newer Caviar" if version > VERSION else "an older Caviar"
        raise StoreError(
            f"{path}: written by {other} (format {version}, this one knows {VERSION}); "
            "use that one, or choose another name or folder"
        )
    if strange := _objects(connection) ^ own_objects():
        kind, name = min(strange, key=repr)[:2]  # a damaged cell may hold bytes, which no text is less than
        raise damaged(path, f"the {kind} {name} is not that of a study: damaged")
    return False


def _objects(connection: sqlite3.Connection) -> Set[tuple[str, ...]]:
    """All objects declared in a database: tables, views and triggers, which could run anything when read."""
    return frozenset(connection.execute("SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_master"))


@cache
def own_objects() -> Set[tuple[str, ...]]:
    """All objects of a study's database."""
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(TABLES)
        return _objects(empty)
