"""The tables of a study, and a connection to a database that has them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caviar import StoreError, sync_folder

from caviar_plugins.stores.complaints import told

APPLICATION = int.from_bytes(b"CAVR")
VERSION = 3

TABLES = """
CREATE TABLE study (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    schema_version INTEGER NOT NULL,
    file TEXT NOT NULL,             -- resolved, TOML
    identity TEXT NOT NULL,         -- JSON: name -> version
    fingerprint TEXT NOT NULL,
    plugins TEXT NOT NULL,          -- JSON: plugin -> distribution and version
    metric TEXT NOT NULL,           -- what is searched for
    goal TEXT NOT NULL,
    earlier TEXT NOT NULL           -- JSON: trials of other runs, as rows like those below, each with its curve
);
CREATE TABLE round (number INTEGER PRIMARY KEY);
CREATE TABLE trial (
    number INTEGER PRIMARY KEY,
    round INTEGER NOT NULL REFERENCES round,
    coordinates TEXT NOT NULL,      -- JSON, null where inactive
    "values" TEXT NOT NULL,         -- JSON: path -> value
    state TEXT NOT NULL,
    epochs INTEGER NOT NULL,
    objective REAL,
    reason TEXT,
    metrics TEXT NOT NULL,          -- JSON: name -> final value
    violation REAL NOT NULL,        -- how far from meeting search.where
    seconds REAL NOT NULL,          -- trained, its share of its populations' time
    retests TEXT NOT NULL,          -- JSON: round, state, objective, metrics, reason, trace of each
    trace TEXT,                     -- Python's traceback, where it failed
    attempt INTEGER                 -- the last one recorded; its metric rows count
);
CREATE TABLE population (
    number INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,         -- its first trial
    members INTEGER NOT NULL
);
CREATE TABLE attempt (
    trial INTEGER NOT NULL REFERENCES trial,
    number INTEGER NOT NULL,
    population INTEGER NOT NULL,
    state TEXT,                     -- null until recorded: running, or lost with its process
    reason TEXT,
    PRIMARY KEY (trial, number)
) WITHOUT ROWID;
CREATE TABLE metric (
    trial INTEGER NOT NULL REFERENCES trial,
    attempt INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    name TEXT NOT NULL,
    value REAL,                     -- null: not a number
    PRIMARY KEY (trial, attempt, epoch, name)
) WITHOUT ROWID;
CREATE TABLE artifact (
    trial INTEGER PRIMARY KEY REFERENCES trial,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL
);
"""


def create_or_open(path: Path) -> sqlite3.Connection:
    """A connection that may write; an empty or missing file becomes a study without trials."""
    with told(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            new = _is_new(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
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
    """A connection that only reads."""
    if not path.exists():
        raise StoreError(f"{path}: there is no such study; give the folder of a run, such as runs/digits")
    with told(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{_looking(path)}", uri=True, isolation_level=None)
        try:
            connection.execute("PRAGMA query_only = ON")
            if _is_new(connection, path):
                raise StoreError(f"{path}: holds no study; `pipe run` of its pipeline begins one")
        except BaseException:
            connection.close()
            raise
    return connection


def _looking(path: Path) -> str:
    """How to open a database that nobody wants to change."""
    if os.access(path.parent, os.W_OK):
        return "mode=rw"  # the last to close tidies up the files beside it, which mode=ro leaves
    # Where SQLite can put no shared memory it must be told that it needs none: nobody writes, all is in the one file.
    return "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One durable commit, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def noted(connection: sqlite3.Connection) -> Iterator[None]:
    """A commit that outlives this process at once, and a power loss from the next durable commit on: without a sync."""
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        with transaction(connection):
            yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether a database has no tables yet. Raises StoreError where they are not ours."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] and not application:
        return True
    if application != APPLICATION:
        raise StoreError(f"{path}: another program's database, not a study; move it away and run again")
    if version != VERSION:
        side = "newer" if version > VERSION else "older"
        raise StoreError(
            f"{path}: written by a{'n' if side == 'older' else ''} {side} Caviar (format {version}, this one knows "
            f"{VERSION}); use that one, or choose another name or folder"
        )
    return False
