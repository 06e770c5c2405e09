"""The ledger of a database with tables: what each call reads and writes, in the SQL that databases share."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from caviar.plugin import Artifact, Changes, Ledger, StudyRecord, TimedPopulation, Trial

from caviar_plugins.stores.cell_types import artifact_of
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
from caviar_plugins.stores.timeline import TIMELINE, timeline_of, timeline_row


class RowLedger(Ledger):
    """A study's rows in the tables of `schema.py`. Values stand in statements as question marks.

    A database says how a statement is sent, and which rows of its tables are this study's.
    """

    @abstractmethod
    def _rows(self, query: str, *values: object) -> list[Any]:
        """What a query returns. Raises StoreError."""

    @abstractmethod
    def _each(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Runs a statement once for each of these rows of values."""

    @abstractmethod
    def _undamaged(self) -> AbstractContextManager[None]:
        """Turns errors in decoding rows into the StoreError for damage."""

    @abstractmethod
    def _of(self, table: str) -> str:
        """The rows of a table that are this study's, under the table's name, as they stand after FROM."""

    @abstractmethod
    def _table(self, table: str) -> str:
        """A table's name, as it stands in a statement that writes."""

    @abstractmethod
    def _scope(self, table: str) -> Mapping[str, int]:
        """Cells of this study's rows that others' rows have otherwise, or that the table asks for; part of the key."""

    @abstractmethod
    def _among(self, column: str, values: Iterable[int]) -> tuple[str, object]:
        """A condition that a column is one of these values, and the value of its question mark."""

    def study(self) -> StudyRecord | None:
        rows = self._rows(f"SELECT {STUDY}, checksum FROM {self._of('study')}")
        with self._undamaged():
            return study_of(checked(rows[0])) if rows else None

    def trials(self) -> tuple[Trial, ...]:
        rows = self._rows(f"SELECT {STORED} FROM {self._of('trial')} ORDER BY number")
        rounds = self._rows(f"SELECT number, trials FROM {self._of('round')} ORDER BY number")
        metric = self._rows(f"SELECT metric FROM {self._of('study')}")
        with self._undamaged():
            trials = tuple(stored_trials(rows))
            check_whole(rounds, trials, metric[0][0] if metric else None)
        return trials

    def attempts(self) -> Mapping[int, int]:
        begun = self._rows(f"SELECT trial, max(number) FROM {self._of('attempt')} GROUP BY trial")
        counted = dict(self._rows(f"SELECT number, attempt FROM {self._of('trial')} WHERE attempt IS NOT NULL"))
        with self._undamaged():
            return counted | {trial: max(number, counted.get(trial, 0)) for trial, number in begun}

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        columns = ", ".join(f"curve.{column}" for column in (CURVE + ", checksum").split(", "))
        rows = self._rows(
            f"SELECT {columns} FROM {self._of('trial')} JOIN {self._of('curve')}"
            " ON curve.trial = trial.number AND curve.attempt = trial.attempt ORDER BY curve.trial, curve.first"
        )
        with self._undamaged():
            return curves_of(map(checked, rows), metric)

    def artifacts(self) -> Mapping[int, Artifact]:
        rows = self._rows(f"SELECT {ARTIFACT}, checksum FROM {self._of('artifact')}")
        with self._undamaged():
            return dict(artifact_of(checked(row)) for row in rows)

    def assessment(self) -> str | None:
        rows = self._rows(f"SELECT found, checksum FROM {self._of('assessment')}")
        with self._undamaged():
            found: str | None = checked(rows[0])[0] if rows else None
            return found

    def timeline(self) -> tuple[TimedPopulation, ...]:
        rows = self._rows(f"SELECT {TIMELINE}, checksum FROM {self._of('timeline')} ORDER BY number")
        with self._undamaged():
            return tuple(dict.fromkeys(each for row in rows for each in timeline_of(checked(row))))

    def _write(self, changes: Changes) -> None:
        """Writes all changes, within a transaction."""
        if changes.study is not None:
            self._put("study", "", STUDY, [study_row(changes.study)])
        if changes.trials:
            self._put_trials(changes.trials, changes.attempts)
        self._begin(changes.populations)
        ended = [(changes.trials[number], attempt) for number, attempt in changes.attempts.items()]
        self._update(
            "attempt", "state, reason", "trial, number", [(t.state.value, t.reason, t.index, n) for t, n in ended]
        )
        self._put("curve", "trial, attempt, first", CURVE, [curve_row(curve) for curve in changes.curves])
        files = [(n, each.path, each.size, each.sha256) for n, each in changes.artifacts.items() if each is not None]
        self._put("artifact", "trial", ARTIFACT, files)
        self._delete("artifact", "trial", [(number,) for number, each in changes.artifacts.items() if each is None])
        if changes.assessment is not None:
            self._put("assessment", "", "found", [(changes.assessment,)])
        if changes.timeline:
            row = self._next("timeline"), *signed(timeline_row(changes.timeline))
            self._upsert("timeline", "number", f"number, {TIMELINE}, checksum", [row])

    def _put_trials(self, trials: Mapping[int, Trial], attempts: Mapping[int, int]) -> None:
        """Writes trials' rows; where no attempt is given, the one that counts stays."""
        condition, numbers = self._among("number", trials)
        stored = self._rows(f"SELECT {STORED} FROM {self._of('trial')} WHERE {condition}", numbers)
        with self._undamaged():
            before = {row[0]: checked(row) for row in stored}
        self._count(Counter(each.round for number, each in trials.items() if number not in before))
        rows = []
        for number, trial in trials.items():
            attempt = attempts.get(number)
            if attempt is None and number in before:
                attempt = before[number][-1]
            rows.append((*trial_row(trial), attempt))
        self._put("trial", "number", STORED.removesuffix(", checksum"), rows)

    def _count(self, new: Mapping[int, int]) -> None:
        """Adds new trials to the number that each round has."""
        if not new:
            return
        condition, numbers = self._among("number", new)
        before = dict(self._rows(f"SELECT number, trials FROM {self._of('round')} WHERE {condition}", numbers))
        counts = [(number, before.get(number, 0) + more) for number, more in new.items()]
        self._upsert("round", "number", "number, trials", counts)

    def _begin(self, populations: Sequence[Mapping[int, int]]) -> None:
        if not populations:
            return
        numbered = [*enumerate(populations, self._next("population"))]
        firsts = [(number, next(iter(each)), len(each)) for number, each in numbered]
        self._upsert("population", "number", "number, first, members", firsts)
        rows = [(trial, attempt, number, None, None) for number, each in numbered for trial, attempt in each.items()]
        self._upsert("attempt", "trial, number", "trial, number, population, state, reason", rows)

    def _next(self, table: str) -> int:
        """The first number that no row of a table has."""
        ((last,),) = self._rows(f"SELECT coalesce(max(number), 0) FROM {self._of(table)}")
        return int(last) + 1

    def _put(self, table: str, key: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Inserts or replaces rows with their checksums."""
        self._upsert(table, key, f"{columns}, checksum", [signed(row) for row in rows])

    def _upsert(self, table: str, key: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        scope = self._scope(table)
        keys = [*scope, *_names(key)]
        replaced = ", ".join(f"{name} = excluded.{name}" for name in _names(columns) if name not in keys)
        names = [*scope, *_names(columns)]
        statement = (
            f"INSERT INTO {self._table(table)} ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})"
            f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {replaced}"
        )
        self._each(statement, [(*scope.values(), *row) for row in rows])

    def _update(self, table: str, columns: str, key: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Changes columns of rows that there are: the new cells of each, then its key."""
        scope = self._scope(table)
        changed = ", ".join(f"{name} = ?" for name in _names(columns))
        found = " AND ".join(f"{name} = ?" for name in [*_names(key), *scope])
        statement = f"UPDATE {self._table(table)} SET {changed} WHERE {found}"
        self._each(statement, [(*row, *scope.values()) for row in rows])

    def _delete(self, table: str, key: str, rows: Sequence[tuple[Any, ...]]) -> None:
        scope = self._scope(table)
        found = " AND ".join(f"{name} = ?" for name in [*_names(key), *scope])
        self._each(f"DELETE FROM {self._table(table)} WHERE {found}", [(*row, *scope.values()) for row in rows])


def _names(columns: str) -> list[str]:
    return columns.split(", ") if columns else []
