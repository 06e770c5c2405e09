"""The SQLite ledger: every change is there whole or not at all, and none without those before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caviar import Array, Goal, Ledger, StoreError, StudyRecord, Trial, TrialRecord, TrialState, ranked

from caviar_plugins.stores.complaints import sound, told
from caviar_plugins.stores.known import Known
from caviar_plugins.stores.lock import Lock
from caviar_plugins.stores.pending import Pending
from caviar_plugins.stores.rows import STUDY, TRIAL, metric_rows, study_of, study_row, trial_row
from caviar_plugins.stores.schema import VERSION
from caviar_plugins.stores.weights import Artifact, Weights

# Of these trials no arrays are wanted any more: they have ended without having finished.
_USELESS = "state IN ('pruned', 'failed', 'diverged')"


@dataclass(frozen=True)
class Keeping:
    """What a ledger needs to record: the lock, and whose weights stay, those of the best `most` trials."""

    most: int
    goal: Goal
    lock: Lock

    def best(self, trials: Iterable[Trial]) -> set[int]:
        """The numbers of these trials."""
        return {trial.index for trial in ranked(trials, self.goal)[: self.most]}


class SQLiteLedger(Ledger):
    """Without `keeping` it is for looking only."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, keeping: Keeping | None = None) -> None:
        self._path = folder / "study.sqlite"
        self._connection, self._keeping = connection, keeping
        self._weights = Weights(folder)
        self._known = Known(self._path, self._rows)
        self._pending = Pending(connection, self._weights, self._known.forget)

    def study(self) -> StudyRecord | None:
        rows = self._rows(f"SELECT {STUDY} FROM study")
        with sound(self._path):
            return study_of(rows[0]) if rows else None

    def describe(self, study: StudyRecord) -> None:
        with told(self._path), self._pending.change(durable=True):
            self._connection.execute(
                f"INSERT OR REPLACE INTO study (id, schema_version, {STUDY}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (VERSION, *study_row(study)),
            )

    def add_round(self, index: int, trials: Sequence[Trial]) -> None:
        self._known.change(trials)
        with told(self._path), self._pending.change(durable=True):
            self._connection.execute("INSERT OR IGNORE INTO round VALUES (?)", (index,))
            self._connection.executemany(
                f"INSERT INTO trial ({TRIAL}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(trial_row, trials)
            )

    def begin(self, trials: Sequence[int]) -> tuple[int, ...]:
        with told(self._path), self._pending.note():
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
        return 1 + (highest or 0)

    def record(self, records: Sequence[TrialRecord]) -> None:
        keep = self._worth_keeping(records)
        artifacts = [
            self._weights.add(record.trial.index, record.weights)
            for record in records
            if record.weights is not None and record.trial.index in keep
        ]
        self._known.change(record.trial for record in records)
        with told(self._path), self._pending.change(any(record.trial.state.done for record in records)):
            for record in records:
                self._record_trial(record)
            self._connection.executemany(
                "INSERT OR REPLACE INTO artifact VALUES (?, ?, ?, ?)",
                [(each.trial, each.path, each.size, each.sha256) for each in artifacts],
            )
            held = self._connection.execute("SELECT trial FROM artifact").fetchall()
            self._connection.executemany(
                "DELETE FROM artifact WHERE trial = ?", [row for row in held if row[0] not in keep]
            )

    def settle(self, trials: Sequence[Trial]) -> None:
        self._known.change(trials)
        with told(self._path), self._pending.change(any(trial.state is TrialState.FINISHED for trial in trials)):
            for trial in trials:
                self._update(trial)
            self._connection.execute(f"DELETE FROM artifact WHERE trial IN (SELECT number FROM trial WHERE {_USELESS})")

    def trials(self) -> tuple[Trial, ...]:
        return self._known.trials()

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        return self._known.curves(metric)

    def weights(self, trial: int) -> Mapping[str, Array]:
        rows = self._rows("SELECT trial, path, size, sha256 FROM artifact WHERE trial = ?", trial)
        if not rows:
            raise StoreError(
                f"{self._path}: no weights of trial {trial}; only those of the best finished trials are kept, "
                "as many as keep of [store] says"
            )
        return self._weights.read(Artifact(*rows[0]))

    def holds(self, trial: int) -> bool:
        return bool(self._rows("SELECT 1 FROM artifact WHERE trial = ?", trial))

    def close(self) -> None:
        try:
            with told(self._path), closing(self._connection):
                if self._keeping:
                    self._pending.commit()
        finally:
            if self._keeping:
                self._keeping.lock.release()
                self._keeping = None

    def tidy(self) -> None:
        """Removes weight files that the study does not name."""
        with told(self._path):
            self._pending.tidy()

    def _update(self, trial: Trial) -> None:
        *_, state, epochs, objective, reason, metrics, violation, seconds, retests = trial_row(trial)
        changed = self._connection.execute(
            "UPDATE trial SET state = ?, epochs = ?, objective = ?, reason = ?, metrics = ?, violation = ?,"
            " seconds = ?, retests = ? WHERE number = ?",
            (state, epochs, objective, reason, metrics, violation, seconds, retests, trial.index),
        )
        if not changed.rowcount:
            raise LookupError(f"trial {trial.index} was never added to a round")

    def _record_trial(self, record: TrialRecord) -> None:
        trial = record.trial
        self._update(trial)
        self._connection.execute("UPDATE trial SET attempt = ? WHERE number = ?", (record.attempt, trial.index))
        self._connection.execute(
            "UPDATE attempt SET state = ?, reason = ? WHERE trial = ? AND number = ?",
            (trial.state.value, trial.reason, trial.index, record.attempt),
        )
        self._connection.executemany("INSERT OR REPLACE INTO metric VALUES (?, ?, ?, ?, ?)", metric_rows(record))

    def _worth_keeping(self, records: Sequence[TrialRecord]) -> set[int]:
        """Trials that may be trained further, and the best finished ones. Weights of others are not even written."""
        if self._keeping is None:
            raise StoreError(f"{self._path}: opened for looking only; nothing can be recorded")
        trials = self._known.by_number()
        known = {number: trials[number] for (number,) in self._rows("SELECT trial FROM artifact")}
        for record in records:
            if record.weights is not None or record.trial.index in known:
                known[record.trial.index] = record.trial
        return {each.index for each in known.values() if not each.state.done} | self._keeping.best(known.values())

    def _rows(self, query: str, *values: object) -> list[Any]:
        with told(self._path):
            return self._connection.execute(query, values).fetchall()
