"""The SQLite ledger: every change is there completely or not at all, and none without those before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caviar.plugin import Array, Goal, Ledger, StoreError, StudyRecord, Trial, TrialRecord, TrialState, ranked

from caviar_plugins.stores.lock import Lock
from caviar_plugins.stores.pending import Pending
from caviar_plugins.stores.rows import (
    ARTIFACT,
    CURVE,
    STORED,
    STUDY,
    check_whole,
    checked,
    curve_row,
    signed,
    study_of,
    study_row,
    trial_row,
)
from caviar_plugins.stores.schema import snapshot
from caviar_plugins.stores.store_errors import DAMAGED, checked_rows, store_errors
from caviar_plugins.stores.trial_cache import TrialCache
from caviar_plugins.stores.weights import Artifact, Weights

# Of these trials no arrays are wanted any more: they have ended without having finished.
_USELESS = "state IN ('pruned', 'failed', 'diverged')"

_PROPOSED = 4  # the first columns of a trial never change


@dataclass(frozen=True)
class Keeping:
    """What a ledger needs to record: the lock, and whose weights stay, those of the best `most` trials.

    `file` is the database as `file_identity` tells it.
    """

    most: int
    goal: Goal
    lock: Lock
    file: tuple[int, int] | None

    def best(self, trials: Iterable[Trial]) -> set[int]:
        """The numbers of these trials."""
        return {trial.index for trial in ranked(trials, self.goal)[: self.most]}


class SQLiteLedger(Ledger):
    """Without `keeping` it is read-only."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, keeping: Keeping | None = None) -> None:
        self._path = folder / "study.sqlite"
        self._connection, self._keeping = connection, keeping
        self._weights = Weights(folder)
        self._known = TrialCache(self._path, self._rows)
        self._pending = Pending(connection, self._weights, self._known.forget)

    def study(self) -> StudyRecord | None:
        rows = self._rows(f"SELECT {STUDY}, checksum FROM study")
        with checked_rows(self._path):
            return study_of(checked(rows[0])) if rows else None

    def describe(self, study: StudyRecord) -> None:
        with store_errors(self._path), self._pending.change(durable=True):
            self._connection.execute(
                f"INSERT OR REPLACE INTO study (id, {STUDY}, checksum) VALUES (1, {_marks(STUDY)}, ?)",
                signed(study_row(study)),
            )

    def add_round(self, index: int, trials: Sequence[Trial]) -> None:
        self._known.change(trials)
        with store_errors(self._path), self._pending.change(durable=True):
            self._connection.execute("INSERT OR IGNORE INTO round VALUES (?, 0)", (index,))
            self._connection.execute("UPDATE round SET trials = trials + ? WHERE number = ?", (len(trials), index))
            rows = [signed((*trial_row(trial), None)) for trial in trials]
            self._connection.executemany(f"INSERT INTO trial ({STORED}) VALUES ({_marks(STORED)})", rows)

    def begin(self, trials: Sequence[int]) -> tuple[int, ...]:
        with store_errors(self._path), self._pending.note():
            begun = [self._begin(trial) for trial in trials]
            self._connection.execute("INSERT INTO population (first, members) VALUES (?, ?)", (trials[0], len(trials)))
            population = self._connection.execute("SELECT last_insert_rowid()").fetchone()[0]
            self._connection.executemany(
                "INSERT OR REPLACE INTO attempt (trial, number, population) VALUES (?, ?, ?)",
                [(trial, attempt, population) for trial, attempt in zip(trials, begun, strict=True)],
            )
        return tuple(begun)

    def _begin(self, trial: int) -> int:
        """The attempt a trial goes on with where epochs of it are recorded, else a new one."""
        state, epochs, going_on = self._connection.execute(
            "SELECT state, epochs, attempt FROM trial WHERE number = ?", (trial,)
        ).fetchone()
        if epochs and not TrialState(state).done:
            return int(going_on)
        highest = self._connection.execute("SELECT max(number) FROM attempt WHERE trial = ?", (trial,)).fetchone()[0]
        return 1 + max(highest or 0, going_on or 0)

    def record(self, records: Sequence[TrialRecord]) -> None:
        keep = self._worth_keeping(records)
        self._still_there()
        artifacts = [
            self._weights.add(record.trial.index, record.weights)
            for record in records
            if record.weights is not None and record.trial.index in keep
        ]
        ended, trained = any(record.trial.state.done for record in records), self._trained(records)
        self._known.change(record.trial for record in records)
        with store_errors(self._path), self._pending.change(ended, trained):
            for record in records:
                self._record_trial(record)
            self._connection.executemany(
                f"INSERT OR REPLACE INTO artifact ({ARTIFACT}, checksum) VALUES ({_marks(ARTIFACT)}, ?)",
                [signed((each.trial, each.path, each.size, each.sha256)) for each in artifacts],
            )
            held = self._connection.execute("SELECT trial FROM artifact").fetchall()
            self._connection.executemany(
                "DELETE FROM artifact WHERE trial = ?", [row for row in held if row[0] not in keep]
            )

    def settle(self, trials: Sequence[Trial]) -> None:
        self._known.change(trials)
        with (
            store_errors(self._path),
            self._pending.change(any(trial.state is TrialState.FINISHED for trial in trials)),
        ):
            for trial in trials:
                self._update(trial)
            self._connection.execute(f"DELETE FROM artifact WHERE trial IN (SELECT number FROM trial WHERE {_USELESS})")

    def trials(self) -> tuple[Trial, ...]:
        return self._known.trials()

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        return self._known.curves(metric)

    def weights(self, trial: int) -> Mapping[str, Array]:
        found = self._artifacts("WHERE trial = ?", trial)
        if not found:
            raise StoreError(
                f"{self._path}: no weights of trial {trial}; only those of the best finished trials are kept, "
                "as set by keep in [store]"
            )
        return self._weights.read(found[0])

    def holds(self, trial: int) -> bool:
        return bool(self._rows("SELECT 1 FROM artifact WHERE trial = ?", trial))

    def verify(self) -> None:
        """Reads once, with checks, what a study resumes from, so that damage is reported before anything is done.

        Raises StoreError.
        """
        with store_errors(self._path), snapshot(self._connection):
            for (complaint,) in self._rows("PRAGMA quick_check(1)"):
                if complaint != "ok":
                    raise StoreError(f"{self._path}: {DAMAGED}")
            study, trials = self.study(), self.trials()
            if study is not None:
                self.curves(study.metric)
            self._artifacts()
            rounds = self._rows("SELECT number, trials FROM round ORDER BY number")
        with checked_rows(self._path):
            check_whole(rounds, trials, study)

    def close(self) -> None:
        try:
            with store_errors(self._path), closing(self._connection):
                if self._keeping:
                    self._pending.commit()
            self._still_there()
        finally:
            if self._keeping:
                self._keeping.lock.release()
                self._keeping = None

    def tidy(self) -> None:
        """Removes weight files that the study does not name."""
        with store_errors(self._path):
            self._pending.tidy()

    def _still_there(self) -> None:
        """Raises StoreError if the file was removed: SQLite would continue to write to it."""
        if self._keeping and file_identity(self._path) != self._keeping.file:
            raise StoreError(
                f"{self._path}: removed or replaced during the run, so its records are lost; "
                "put it back, or run the same command again to start over"
            )

    def _artifacts(self, where: str = "", *values: object) -> list[Artifact]:
        rows = self._rows(f"SELECT {ARTIFACT}, checksum FROM artifact {where}", *values)
        with checked_rows(self._path):
            return [Artifact(*checked(row)) for row in rows]

    def _update(self, trial: Trial, attempt: int | None = None) -> None:
        """The attempt stays where none is given."""
        rows = self._rows(f"SELECT {STORED} FROM trial WHERE number = ?", trial.index)
        if not rows:
            raise LookupError(f"trial {trial.index} was never added to a round")
        with checked_rows(self._path):
            *before, last = checked(rows[0])
        ended = trial_row(trial)[_PROPOSED:]
        row = signed((*before[:_PROPOSED], *ended, last if attempt is None else attempt))
        columns = ", ".join(STORED.split(", ")[_PROPOSED:])
        self._connection.execute(
            f"UPDATE trial SET ({columns}) = ({_marks(columns)}) WHERE number = ?", (*row[_PROPOSED:], trial.index)
        )

    def _record_trial(self, record: TrialRecord) -> None:
        trial = record.trial
        self._update(trial, record.attempt)
        self._connection.execute(
            "UPDATE attempt SET state = ?, reason = ? WHERE trial = ? AND number = ?",
            (trial.state.value, trial.reason, trial.index, record.attempt),
        )
        if record.metrics is not None:
            self._connection.execute(
                f"INSERT OR REPLACE INTO curve ({CURVE}, checksum) VALUES ({_marks(CURVE)}, ?)",
                signed(curve_row(record, record.metrics)),
            )

    def _trained(self, records: Sequence[TrialRecord]) -> float:
        """For how many seconds these trials were trained since they were last recorded."""
        before = self._known.by_number()
        known = [each.trial for each in records if each.trial.index in before]
        return sum(trial.seconds - before[trial.index].seconds for trial in known)

    def _worth_keeping(self, records: Sequence[TrialRecord]) -> set[int]:
        """Trials that may be trained further, and the best finished ones. Weights of others are not even written."""
        if self._keeping is None:
            raise StoreError(f"{self._path}: opened read-only; nothing can be recorded")
        trials = self._known.by_number()
        known = {number: trials[number] for (number,) in self._rows("SELECT trial FROM artifact")}
        for record in records:
            if record.weights is not None or record.trial.index in known:
                known[record.trial.index] = record.trial
        return {each.index for each in known.values() if not each.state.done} | self._keeping.best(known.values())

    def _rows(self, query: str, *values: object) -> list[Any]:
        with store_errors(self._path):
            return self._connection.execute(query, values).fetchall()


def file_identity(path: Path) -> tuple[int, int] | None:
    """What a file keeps while it is written, and another of the same name does not have; None where there is none."""
    with suppress(OSError):
        found = path.lstat()
        return found.st_dev, found.st_ino
    return None


def _marks(columns: str) -> str:
    """As many question marks as there are columns."""
    return ", ".join("?" for _ in columns.split(", "))
