"""The trial cache: what a ledger has read of its trials and need not read again until it changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from caviar.plugin import Trial

from caviar_plugins.stores.rows import CURVE, STORED, checked, curves_of, stored_trial_of
from caviar_plugins.stores.store_errors import checked_rows

T = TypeVar("T")


class TrialCache:
    """Trials and their curves as they are in the database, which `rows` asks.

    A round of a search wants all of them several times, and reading 100,000 takes a second.
    """

    def __init__(self, path: Path, rows: Callable[..., list[Any]]) -> None:
        self._path, self._rows = path, rows
        self._trials = _Each(self._read_trials)
        self._curves = dict[str, _Each[list[float]]]()
        self._version: int | None = None

    def change(self, trials: Iterable[Trial]) -> None:
        """These are about to be written: whether or not that succeeds, they are read again."""
        numbers = {trial.index for trial in trials}
        self._trials.changed |= numbers
        for curves in self._curves.values():
            curves.changed |= numbers

    def forget(self) -> None:
        """All of it is read again."""
        self._version = None

    def trials(self) -> tuple[Trial, ...]:
        """In the order of their numbers."""
        return tuple(self.by_number().values())

    def by_number(self) -> Mapping[int, Trial]:
        """Each under its number."""
        self._look_for_others()
        return self._trials.now()

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        """One metric after each epoch of a trial's last attempt, by number."""
        self._look_for_others()
        if metric not in self._curves:
            self._curves[metric] = _Each(partial(self._read_curves, metric))
        return self._curves[metric].now()

    def _look_for_others(self) -> None:
        """Forgets everything if another process has written: while this one reads, another may continue the run."""
        version = self._rows("PRAGMA data_version")[0][0]
        if version != self._version:
            self._version, self._trials, self._curves = version, _Each(self._read_trials), {}

    def _read_trials(self, of: Collection[int] | None) -> Mapping[int, Trial]:
        where, values = _only("number", of)
        rows = self._rows(f"SELECT {STORED} FROM trial WHERE {where} ORDER BY number", *values)
        with checked_rows(self._path):
            return {each.index: each for each in map(stored_trial_of, rows)}

    def _read_curves(self, metric: str, of: Collection[int] | None) -> Mapping[int, list[float]]:
        where, values = _only("trial.number", of)
        columns = ", ".join(f"curve.{column}" for column in (CURVE + ", checksum").split(", "))
        rows = self._rows(
            f"SELECT {columns} FROM trial JOIN curve ON curve.trial = trial.number AND curve.attempt = trial.attempt"
            f" WHERE {where} ORDER BY curve.trial, curve.first",
            *values,
        )
        with checked_rows(self._path):
            return curves_of(map(checked, rows), metric)


class _Each(Generic[T]):
    """Something of each trial, by number. `read` reads it, of these trials or, given None, of all that have it."""

    def __init__(self, read: Callable[[Collection[int] | None], Mapping[int, T]]) -> None:
        self._read = read
        self._values: dict[int, T] | None = None
        self.changed = set[int]()

    def now(self) -> dict[int, T]:
        """What is in the database, rising."""
        if self._values is None:
            self._values = dict(self._read(None))
        elif self.changed:
            values = self._values.copy()  # callers that got them keep them as they were
            read = self._read(self.changed)
            values.update(read)  # in their places, new ones at the end
            for trial in self.changed - read.keys():
                values.pop(trial, None)
            last = next(reversed(self._values), -1)
            inserted = any(trial < last and trial not in self._values for trial in read)
            self._values = dict(sorted(values.items())) if inserted else values
        self.changed.clear()
        return self._values


def _only(column: str, of: Collection[int] | None) -> tuple[str, tuple[str, ...]]:
    """A condition, and the values for its marks."""
    return ("TRUE", ()) if of is None else (f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(of)),))
