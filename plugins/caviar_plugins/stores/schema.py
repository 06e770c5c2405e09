"""The tables of a study, and transactions on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

APPLICATION = int.from_bytes(b"CAVR")
VERSION = 8
_EXTRA = 3  # SQLite's number of the setting that goes with a rollback journal
_PAGE = 4096  # bytes, SQLite's default

TABLES = """
CREATE TABLE study (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    file TEXT NOT NULL,             -- resolved, TOML
    identity TEXT NOT NULL,         -- JSON: name -> version
    fingerprint TEXT NOT NULL,
    plugins TEXT NOT NULL,          -- JSON: plugin -> distribution and version
    metric TEXT NOT NULL,           -- what is searched for
    goal TEXT NOT NULL,
    earlier TEXT NOT NULL,          -- JSON: trials of other runs, as rows like those below, each with its curve
    origins TEXT NOT NULL,          -- JSON: epochs and identity of each, under which trials were trained
    checksum INTEGER NOT NULL       -- here and below: CRC-32 of the other cells as text, separated by NUL
);
CREATE TABLE round (
    number INTEGER PRIMARY KEY,
    trials INTEGER NOT NULL         -- how many it has
);
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
    killed INTEGER NOT NULL,        -- runs in a row that ended without it, its workers killed
    trace TEXT,                     -- Python's traceback, where it failed
    origins TEXT NOT NULL,          -- JSON: its places in the study's origins
    attempt INTEGER,                -- the last one recorded; its curves count
    checksum INTEGER NOT NULL
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
CREATE TABLE curve (
    trial INTEGER NOT NULL REFERENCES trial,
    attempt INTEGER NOT NULL,
    first INTEGER NOT NULL,         -- epoch
    "values" TEXT NOT NULL,         -- JSON: metric -> its value after each epoch from the first on; null: not a number
    checksum INTEGER NOT NULL,
    PRIMARY KEY (trial, attempt, first)
) WITHOUT ROWID;
CREATE TABLE timeline (
    number INTEGER PRIMARY KEY,
    populations TEXT NOT NULL,      -- JSON: of each worker, began, start, trials, reached, left, fold, repeat
    checksum INTEGER NOT NULL
);
CREATE TABLE artifact (
    trial INTEGER PRIMARY KEY REFERENCES trial,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE assessment (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    found TEXT NOT NULL,            -- JSON: the winner beside its baselines
    checksum INTEGER NOT NULL
);
-- For people who ask in SQL: a row for each value of a curve.
CREATE VIEW metric AS
    SELECT curve.trial, curve.attempt, curve.first + value.key AS epoch, metric.key AS name, value.value AS value
    FROM curve, json_each(curve."values") AS metric, json_each(metric.value) AS value;
"""


def with_own_schema(content: bytes) -> bytes:
    """The bytes of a study's database with the first page, its header and the tables' declarations, as in every study.

    All tables are created at once in a new file, so the declarations fill that page and name the same places. What is
    free in the file is not known any more.
    """
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(TABLES)
        empty.execute(f"PRAGMA application_id = {APPLICATION}")
        empty.execute(f"PRAGMA user_version = {VERSION}")
        page = bytearray(empty.serialize()[:_PAGE])
    page[18:20] = b"\x02\x02"  # with a log
    page[28:32] = (len(content) // _PAGE).to_bytes(4)
    page[92:96] = page[24:28]  # that number of pages holds
    return bytes(page) + content[_PAGE:]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One durable transaction: all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def noted(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction without a sync: it survives this process at once, a power loss after the next durable commit.

    With a rollback journal it is a durable one: without a sync a power loss could damage the file.
    """
    if connection.execute("PRAGMA synchronous").fetchone()[0] == _EXTRA:
        with transaction(connection):
            yield
        return
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        with transaction(connection):
            yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")
