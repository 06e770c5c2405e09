"""A third party's store: a study as lines of JSON in one file, each line a commit with its checksum, synced."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from math import nan
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy
from caviar.plugin import (
    Artifact,
    Changes,
    Curve,
    EarlierTrial,
    Ledger,
    Metrics,
    Origin,
    Retest,
    Store,
    StoreError,
    StudyRecord,
    TimedPopulation,
    Trial,
    TrialState,
    file_errors,
    from_plain,
    sync_folder,
    to_plain,
)

CLASSES = {
    each.__name__: each
    for each in (Artifact, Changes, Curve, EarlierTrial, Metrics, Origin, Retest, StudyRecord, TimedPopulation, Trial)
}


def marked(value: Any) -> tuple[str, Any] | None:
    """What JSON cannot hold, as a mark and plainer values."""
    if isinstance(value, TrialState):
        return "state", value.value
    if isinstance(value, numpy.ndarray):
        return "array", value.tolist()
    if isinstance(value, Mapping):
        return "pairs", tuple((key, each) for key, each in value.items())
    if is_dataclass(value):
        return type(value).__name__, tuple(getattr(value, each.name) for each in fields(value))
    return None


def made(mark: str, content: Any) -> Any:
    """The inverse."""
    if mark == "state":
        return TrialState(content)
    if mark == "array":
        return numpy.asarray(content)
    return dict(content) if mark == "pairs" else CLASSES[mark](*content)


def line_of(changes: Changes) -> bytes:
    content = json.dumps(to_plain(changes, marked), allow_nan=False)
    return f"{crc32(content.encode()):08x} {content}\n".encode()


class JSONLines(Store, interface=5):
    """`study.jsonl` in the run's folder. A last line that is not whole was never committed."""

    name = "json-lines"

    def open(self, folder: Path) -> Ledger:
        path = folder / "study.jsonl"
        with file_errors(path):
            folder.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                raise StoreError(f"{path}: in use by another process; wait for it to end") from None
            sync_folder(folder)
        return Lines(path, file)

    def read(self, folder: Path) -> Ledger:
        path = folder / "study.jsonl"
        with file_errors(path):
            return Lines(path, os.open(path, os.O_RDONLY | os.O_NOFOLLOW), for_reading=True)


class Lines(Ledger):
    """Everything is read from the file each time it is asked for, which the engine does once.

    For reading, up to where the file ended when it was opened: lines are only added.
    """

    def __init__(self, path: Path, file: int, for_reading: bool = False) -> None:
        self._path, self._file = path, file
        self._end = os.fstat(file).st_size if for_reading else None

    def study(self) -> StudyRecord | None:
        return next((each.study for each in reversed(self._commits()) if each.study), None)

    def trials(self) -> tuple[Trial, ...]:
        found = {number: trial for each in self._commits() for number, trial in each.trials.items()}
        return tuple(found[number] for number in sorted(found))

    def attempts(self) -> Mapping[int, int]:
        highest: dict[int, int] = {}
        for changes in self._commits():
            for begun in (*changes.populations, changes.attempts):
                highest |= {trial: max(number, highest.get(trial, 0)) for trial, number in begun.items()}
        return highest

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        counts, found = dict[int, int](), dict[tuple[int, int], list[float]]()
        for changes in self._commits():
            counts |= changes.attempts
            for piece in changes.curves:
                if metric in piece.metrics.names:
                    column, first = piece.metrics.names.index(metric), piece.metrics.first
                    curve = found.setdefault((piece.trial, piece.attempt), [])
                    curve += [nan] * (first - 1 - len(curve))
                    curve[first - 1 :] = piece.metrics.values[0, :, column].tolist()
        return {trial: curve for (trial, attempt), curve in found.items() if counts[trial] == attempt}

    def artifacts(self) -> Mapping[int, Artifact]:
        found = {number: each for changes in self._commits() for number, each in changes.artifacts.items()}
        return {number: each for number, each in found.items() if each is not None}

    def assessment(self) -> str | None:
        return next((each.assessment for each in reversed(self._commits()) if each.assessment), None)

    def timeline(self) -> tuple[TimedPopulation, ...]:
        return tuple(dict.fromkeys(each for changes in self._commits() for each in changes.timeline))

    def commit(self, changes: Changes, durable: bool = True) -> None:
        if self._end is not None:
            raise StoreError(f"{self._path}: opened for reading only")
        line, end = line_of(changes), self._whole()
        with file_errors(self._path):
            try:
                os.ftruncate(self._file, end)  # what a killed process had half written
                os.pwrite(self._file, line, end)
                if durable:
                    os.fsync(self._file)
            except BaseException:
                with suppress(OSError):
                    os.ftruncate(self._file, end)
                raise

    def close(self) -> None:
        os.close(self._file)

    def _whole(self) -> int:
        """Where the last whole line ends."""
        return self._content().rfind(b"\n") + 1

    def _content(self) -> bytes:
        with file_errors(self._path):
            return os.pread(self._file, os.fstat(self._file).st_size if self._end is None else self._end, 0)

    def _commits(self) -> list[Changes]:
        commits = []
        for number, line in enumerate(self._content().split(b"\n")[:-1], 1):
            checksum, _, content = line.partition(b" ")
            if f"{crc32(content):08x}".encode() != checksum:
                raise StoreError(f"{self._path}: line {number} is damaged; put back a copy of the file")
            commits.append(from_plain(json.loads(content), made))
        return commits
