"""The tables of all studies in a PostgreSQL database."""

from __future__ import annotations

from caviar.plugin import StoreError
from psycopg import Connection

VERSION = 1
LOCKS = int.from_bytes(b"CAVR")
"""Names Caviar's advisory locks in a database; with 0 that of the schema, with a study's number that of the study."""

# Those of SQLite's `schema.py`, each with `study` before its columns. JSON is text: a checksum is that of its bytes.
_TABLES = """
CREATE SCHEMA caviar;
CREATE TABLE caviar.format (
    version INTEGER NOT NULL
);
CREATE TABLE caviar.run (
    study INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,        -- as in the file study.postgresql of the run's folder
    name TEXT NOT NULL,             -- of the folder, when the study was started
    created TIMESTAMPTZ NOT NULL DEFAULT now(),
    opened INTEGER NOT NULL DEFAULT 0, -- how often a process has opened it to run it
    holder TEXT                     -- JSON: the last one that did: pid, host, since
);
CREATE TABLE caviar.study (
    study INTEGER PRIMARY KEY REFERENCES caviar.run ON DELETE CASCADE,
    file TEXT NOT NULL,
    identity TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    plugins TEXT NOT NULL,
    metric TEXT NOT NULL,
    goal TEXT NOT NULL,
    earlier TEXT NOT NULL,
    origins TEXT NOT NULL,
    checksum BIGINT NOT NULL
);
CREATE TABLE caviar.round (
    study INTEGER NOT NULL REFERENCES caviar.run ON DELETE CASCADE,
    number INTEGER NOT NULL,
    trials INTEGER NOT NULL,
    PRIMARY KEY (study, number)
);
CREATE TABLE caviar.trial (
    study INTEGER NOT NULL,
    number INTEGER NOT NULL,
    round INTEGER NOT NULL,
    coordinates TEXT NOT NULL,
    "values" TEXT NOT NULL,
    state TEXT NOT NULL,
    epochs BIGINT NOT NULL,
    objective DOUBLE PRECISION,
    reason TEXT,
    metrics TEXT NOT NULL,
    violation DOUBLE PRECISION NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    retests TEXT NOT NULL,
    killed INTEGER NOT NULL,
    trace TEXT,
    origins TEXT NOT NULL,
    attempt INTEGER,
    checksum BIGINT NOT NULL,
    PRIMARY KEY (study, number),
    FOREIGN KEY (study, round) REFERENCES caviar.round ON DELETE CASCADE
);
CREATE TABLE caviar.population (
    study INTEGER NOT NULL REFERENCES caviar.run ON DELETE CASCADE,
    number INTEGER NOT NULL,
    first INTEGER NOT NULL,
    members INTEGER NOT NULL,
    PRIMARY KEY (study, number)
);
CREATE TABLE caviar.attempt (
    study INTEGER NOT NULL,
    trial INTEGER NOT NULL,
    number INTEGER NOT NULL,
    population INTEGER NOT NULL,
    state TEXT,
    reason TEXT,
    PRIMARY KEY (study, trial, number),
    FOREIGN KEY (study, trial) REFERENCES caviar.trial ON DELETE CASCADE
);
CREATE TABLE caviar.curve (
    study INTEGER NOT NULL,
    trial INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    first INTEGER NOT NULL,
    "values" TEXT NOT NULL,
    checksum BIGINT NOT NULL,
    PRIMARY KEY (study, trial, attempt, first),
    FOREIGN KEY (study, trial) REFERENCES caviar.trial ON DELETE CASCADE
);
CREATE TABLE caviar.timeline (
    study INTEGER NOT NULL REFERENCES caviar.run ON DELETE CASCADE,
    number INTEGER NOT NULL,
    populations TEXT NOT NULL,
    checksum BIGINT NOT NULL,
    PRIMARY KEY (study, number)
);
CREATE TABLE caviar.artifact (
    study INTEGER NOT NULL,
    trial INTEGER NOT NULL,
    path TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    checksum BIGINT NOT NULL,
    PRIMARY KEY (study, trial),
    FOREIGN KEY (study, trial) REFERENCES caviar.trial ON DELETE CASCADE
);
CREATE TABLE caviar.assessment (
    study INTEGER PRIMARY KEY REFERENCES caviar.run ON DELETE CASCADE,
    found TEXT NOT NULL,
    checksum BIGINT NOT NULL
);
CREATE VIEW caviar.metric AS
    SELECT curve.study, curve.trial, curve.attempt, curve.first + value.place - 1 AS epoch, metric.key AS name,
        replace(value.value #>> '{}', 'inf', 'Infinity')::double precision AS value
    FROM caviar.curve, json_each(curve."values"::json) AS metric,
        json_array_elements(metric.value) WITH ORDINALITY AS value (value, place);
"""


def create(connection: Connection, place: str) -> None:
    """Makes the tables where there are none. Raises StoreError where those of another format are there."""
    if not _exists(connection):
        # Two processes may begin at once. The lock is not the transaction's: one that waited would not see the tables.
        connection.execute("SELECT pg_advisory_lock(%s, 0)", (LOCKS,))
        if not _exists(connection):
            with connection.transaction():
                connection.execute(_TABLES)
                connection.execute("INSERT INTO caviar.format VALUES (%s)", (VERSION,))
        connection.execute("SELECT pg_advisory_unlock(%s, 0)", (LOCKS,))
    check_format(connection, place)


def check_format(connection: Connection, place: str) -> bool:
    """Whether there are tables of studies, of this format. Raises StoreError where they have another one."""
    if not _exists(connection):
        return False
    row = connection.execute("SELECT version FROM caviar.format").fetchone()
    version = row[0] if row else 0
    if version != VERSION:
        other = "a newer Caviar" if version > VERSION else "an older Caviar"
        raise StoreError(
            f"{place}: its schema 'caviar' was made by {other} (format {version}, this one knows {VERSION}); "
            "use that one, or another database"
        )
    return True


def _exists(connection: Connection) -> bool:
    found = connection.execute("SELECT to_regclass('caviar.format') IS NOT NULL").fetchone()
    return bool(found and found[0])
