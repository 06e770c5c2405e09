"""The SQLite ledger: every commit is there completely or not at all, and none without those before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from caviar.plugin import Artifact, Changes, Curve, Ledger, StoreError, StudyRecord, TimedPopulation, Trial

from caviar_plugins.stores.cell_types import artifact_of
from caviar_plugins.stores.lock import Lock
from caviar_plugins.stores.rows import (
    ARTIFACT,
    CURVE,
    STORED,
    STUDY,
    check_whole,
    checked,
    curve_row,
    curves_of,
    signed,
    stored_trials,
    study_of,
    study_row,
    trial_row,
)
from caviar_plugins.stores.schema import noted, transaction
from caviar_plugins.stores.store_errors import checked_rows, damaged, store_errors
from caviar_plugins.stores.timeline import TIMELINE, timeline_of, timeline_row


class SQLiteLedger(Ledger):
    """Without a lock it is for reading only, on a connection that sees one moment."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: Lock | None = None) -> None:
        self._path, self._connection, self._lock = path, connection, lock
        self._file = _file_identity(path)

    def study(self) -> StudyRecord | None:
        rows = self._rows(f"SELECT {STUDY}, checksum FROM study")
        with checked_rows(self._path):
            return study_of(checked(rows[0])) if rows else None

    def trials(self) -> tuple[Trial, ...]:
        rows = self._rows(f"SELECT {STORED} FROM trial ORDER BY number")
        rounds = self._rows("SELECT number, trials FROM round ORDER BY number")
        metric = self._rows("SELECT metric FROM study")
        with checked_rows(self._path):
            trials = tuple(stored_trials(rows))
            check_whole(rounds, trials, metric[0][0] if metric else None)
        return trials

    def attempts(self) -> Mapping[int, int]:
        begun = self._rows("SELECT trial, max(number) FROM attempt GROUP BY trial")
        counted = dict(self._rows("SELECT number, attempt FROM trial WHERE attempt IS NOT NULL"))
        with checked_rows(self._path):
            return counted | {trial: max(number, counted.get(trial, 0)) for trial, number in begun}

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        columns = ", ".join(f"curve.{column}" for column in (CURVE + ", checksum").split(", "))
        rows = self._rows(
            f"SELECT {columns} FROM trial JOIN curve ON curve.trial = trial.number AND curve.attempt = trial.attempt"
            " ORDER BY curve.trial, curve.first"
        )
        with checked_rows(self._path):
            return curves_of(map(checked, rows), metric)

    def artifacts(self) -> Mapping[int, Artifact]:
        rows = self._rows(f"SELECT {ARTIFACT}, checksum FROM artifact")
        with checked_rows(self._path):
            return dict(artifact_of(checked(row)) for row in rows)

    def assessment(self) -> str | None:
        rows = self._rows("SELECT found, checksum FROM assessment")
        with checked_rows(self._path):
            found: str | None = checked(rows[0])[0] if rows else None
            return found

    def timeline(self) -> tuple[TimedPopulation, ...]:
        rows = self._rows(f"SELECT {TIMELINE}, checksum FROM timeline ORDER BY number")
        with checked_rows(self._path):
            return tuple(dict.fromkeys(each for row in rows for each in timeline_of(checked(row))))

    def commit(self, changes: Changes, durable: bool = True) -> None:
        if self._lock is None:
            raise StoreError(f"{self._path}: opened read-only; nothing can be recorded")
        self._still_there()
        with store_errors(self._path), (transaction if durable else noted)(self._connection):
            if changes.study is not None:
                self._insert("study", f"id, {STUDY}", (1, *study_row(changes.study)), given=1)
            for trial in changes.trials.values():
                self._put(trial, changes.attempts.get(trial.index))
            for population in changes.populations:
                self._begin(population)
            for number, attempt in changes.attempts.items():
                self._end(changes.trials[number], attempt)
            for curve in changes.curves:
                self._add(curve)
            for number, artifact in changes.artifacts.items():
                self._name(number, artifact)
            if changes.assessment is not None:
                self._insert("assessment", "id, found", (1, changes.assessment), given=1)
            if changes.timeline:
                self._insert("timeline", TIMELINE, timeline_row(changes.timeline))

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

    def _put(self, trial: Trial, attempt: int | None) -> None:
        """Writes a trial's row; with no attempt given, the one that counts stays."""
        rows = self._rows(f"SELECT {STORED} FROM trial WHERE number = ?", trial.index)
        if not rows:
            self._connection.execute("INSERT OR IGNORE INTO round VALUES (?, 0)", (trial.round,))
            self._connection.execute("UPDATE round SET trials = trials + 1 WHERE number = ?", (trial.round,))
            self._insert("trial", STORED.removesuffix(", checksum"), (*trial_row(trial), attempt))
            return
        with checked_rows(self._path):
            *_, last = checked(rows[0])
        row = signed((*trial_row(trial), last if attempt is None else attempt))
        self._connection.execute(f"UPDATE trial SET ({STORED}) = ({_marks(STORED)}) WHERE number = ?", (*row, row[0]))

    def _begin(self, population: Mapping[int, int]) -> None:
        self._connection.execute(
            "INSERT INTO population (first, members) VALUES (?, ?)", (next(iter(population)), len(population))
        )
        number = self._connection.execute("SELECT last_insert_rowid()").fetchone()[0]
        self._connection.executemany(
            "INSERT OR REPLACE INTO attempt (trial, number, population) VALUES (?, ?, ?)",
            [(trial, attempt, number) for trial, attempt in population.items()],
        )

    def _end(self, trial: Trial, attempt: int) -> None:
        self._connection.execute(
            "UPDATE attempt SET state = ?, reason = ? WHERE trial = ? AND number = ?",
            (trial.state.value, trial.reason, trial.index, attempt),
        )

    def _add(self, curve: Curve) -> None:
        self._insert("curve", CURVE, curve_row(curve))

    def _name(self, trial: int, artifact: Artifact | None) -> None:
        if artifact is None:
            self._connection.execute("DELETE FROM artifact WHERE trial = ?", (trial,))
        else:
            self._insert("artifact", ARTIFACT, (trial, artifact.path, artifact.size, artifact.sha256))

    def _insert(self, table: str, columns: str, row: tuple[Any, ...], given: int = 0) -> None:
        """Inserts or replaces a row with its checksum, that of all cells but the first `given`."""
        self._connection.execute(
            f"INSERT OR REPLACE INTO {table} ({columns}, checksum) VALUES ({_marks(columns)}, ?)",
            (*row[:given], *signed(row[given:])),
        )

    def _rows(self, query: str, *values: object) -> list[Any]:
        with store_errors(self._path):
            return self._connection.execute(query, values).fetchall()


def _file_identity(path: Path) -> tuple[int, int] | None:
    """Device and inode, which distinguish the file from another one of the same name; None if there is no file."""
    with suppress(OSError):
        found = path.lstat()
        return found.st_dev, found.st_ino
    return None


def _marks(columns: str) -> str:
    """As many question marks as there are columns."""
    return ", ".join("?" for _ in columns.split(", "))
