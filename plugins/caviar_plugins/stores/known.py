"""Known: what a ledger has read of its trials, which it need not read again until that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from caviar import Trial

from caviar_plugins.stores.complaints import sound
from caviar_plugins.stores.rows import CURVE, STORED, checked, curves_of, stored_trial_of

T = TypeVar("T")


class Known:
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

    def trials(self) -> tuple[Trial, ...]:
        """By number."""
        self._look_for_others()
        return tuple(self._trials.now().values())

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        """One metric after each epoch of a trial's last attempt, by number."""
        self._look_for_others()
        if metric not in self._curves:
            self._curves[metric] = _Each(partial(self._read_curves, metric))
        return self._curves[metric].now()

    def _look_for_others(self) -> None:
        """Forgets everything if another process has written: while one only looks, another may go on with the run."""
        version = self._rows("PRAGMA data_version")[0][0]
        if version != self._version:
            self._version, self._trials, self._curves = version, _Each(self._read_trials), {}

    def _read_trials(self, trial: int | None) -> Mapping[int, Trial]:
        where, values = _only("number", trial)
        rows = self._rows(f"SELECT {STORED} FROM trial WHERE {where} ORDER BY number", *values)
        with sound(self._path):
            return {each.index: each for each in map(stored_trial_of, rows)}

    def _read_curves(self, metric: str, trial: int | None) -> Mapping[int, list[float]]:
        where, values = _only("trial.number", trial)
        columns = ", ".join(f"curve.{column}" for column in (CURVE + ", checksum").split(", "))
        rows = self._rows(
            f"SELECT {columns} FROM trial JOIN curve ON curve.trial = trial.number AND curve.attempt = trial.attempt"
            f" WHERE {where} ORDER BY curve.trial, curve.first",
            *values,
        )
        with sound(self._path):
            return curves_of(map(checked, rows), metric)


class _Each(Generic[T]):
    """Something of each trial, by number. `read` reads it, of one trial or, given None, of all that have it."""

    def __init__(self, read: Callable[[int | None], Mapping[int, T]]) -> None:
        self._read = read
        self._values: dict[int, T] | None = None
        self.changed = set[int]()

    def now(self) -> dict[int, T]:
        """What is in the database, rising."""
        if self._values is None:
            self._values = dict(self._read(None))
        elif self.changed:
            values = self._values.copy()  # who has been told of them keeps them as they were
            for trial in self.changed:
                values.pop(trial, None)
                values.update(self._read(trial))
            self._values = {trial: values[trial] for trial in sorted(values)}
        self.changed.clear()
        return self._values


def _only(column: str, trial: int | None) -> tuple[str, tuple[int, ...]]:
    """A condition, and the values for its marks."""
    return ("TRUE", ()) if trial is None else (f"{column} = ?", (trial,))
