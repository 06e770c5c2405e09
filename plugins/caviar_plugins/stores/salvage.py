"""Salvage: the rows of a damaged database that are as they were written, by their checksums."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from os import link
from os.path import lexists
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from caviar.plugin import Artifact, Changes, Curve, TimedPopulation, Trial, aside

from caviar_plugins.stores.cell_types import artifact_of
from caviar_plugins.stores.database import connected
from caviar_plugins.stores.rows import (
    ARTIFACT,
    CURVE,
    STORED,
    STUDY,
    checked,
    curve_of,
    study_of,
    trial_of,
)
from caviar_plugins.stores.schema import with_own_schema
from caviar_plugins.stores.store_errors import store_errors
from caviar_plugins.stores.timeline import TIMELINE, timeline_of

T = TypeVar("T")

_LEAST = 40  # bytes that a trial takes in the file: the size bounds the numbers that are looked up
_UNREADABLE = (sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, MemoryError)
"""What reading a damaged row raises; ValueError where its checksum differs, or it is no text."""


def salvaged(path: Path) -> Changes:
    """What reads of the database at `path` and of its log, which stay as they are. Raises StoreError.

    It is read a second time with the tables' declarations, which are those of every study, put in their place.
    """
    with store_errors(path), TemporaryDirectory(prefix="caviar-") as folder:
        copy, found = Path(folder) / path.name, []
        for mend in (bytes, with_own_schema):
            copy.write_bytes(mend(path.read_bytes()))
            for log, own in zip(logs_of(path), logs_of(copy), strict=True):
                if log.exists():
                    shutil.copyfile(log, own)
            found.append(_read(copy))
    return max(found, key=lambda each: (each.study is not None, len(each.trials)))


def logs_of(path: Path) -> tuple[Path, ...]:
    """The write-ahead log of a database, and its rollback journal: it has one of them, or none."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")


def put_aside(path: Path, successor: Path | None) -> tuple[Path, ...]:
    """Puts a database and its logs aside, so that a program can still read them together; returns their new paths.

    The successor takes its place at one moment: a crash leaves the old database or the new one, never none.
    """
    to = aside(path)
    renamed = zip(logs_of(path), logs_of(to), strict=True)
    moved = [(file, new) for file, new in renamed if lexists(file)]
    for file, new in moved:
        file.rename(new)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)  # an index of the log, which SQLite makes anew
    there = lexists(path)
    if there:
        try:
            link(path, to)
        except OSError:  # a file system without hard links
            shutil.copyfile(path, to)
    if successor is not None:
        successor.rename(path)
    elif there:
        path.unlink()
    return (*([to] if there else []), *(new for _, new in reversed(moved)))


def _read(copy: Path) -> Changes:
    """Trial by trial: one that cannot be read, or whose curve cannot, takes no other with it."""
    trials, attempts, curves = dict[int, Trial](), dict[int, int](), list[Curve]()
    artifacts, together = dict[int, Artifact](), dict[int, dict[int, int]]()
    with suppress(*_UNREADABLE), closing(connected(copy.as_uri())) as connection:

        def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
            return [checked(row) for row in connection.execute(query, values).fetchall()]

        def first(decoded: Callable[[tuple[Any, ...]], T], query: str, *values: object) -> T | None:
            with suppress(*_UNREADABLE):
                return next(map(decoded, rows(query, *values)), None)
            return None

        for number in range(copy.stat().st_size // _LEAST):
            with suppress(*_UNREADABLE):
                ((*trial, attempt),) = rows(f"SELECT {STORED} FROM trial WHERE number = ?", number)
                query = f"SELECT {CURVE}, checksum FROM curve WHERE trial = ? AND attempt = ? ORDER BY first"
                pieces = [curve_of(row) for row in rows(query, number, attempt)]
                trials[number] = trial_of(tuple(trial))
                curves += pieces
                if attempt is not None:
                    attempts[number] = attempt
        for number, attempt in attempts.items():
            with suppress(*_UNREADABLE):
                query = "SELECT population FROM attempt WHERE trial = ? AND number = ?"
                ((population,),) = connection.execute(query, (number, attempt)).fetchall()
                together.setdefault(population, {})[number] = attempt
        for number in trials:
            named = first(
                lambda row: artifact_of(row)[1], f"SELECT {ARTIFACT}, checksum FROM artifact WHERE trial = ?", number
            )
            artifacts |= {} if named is None else {number: named}
        timeline = list[TimedPopulation]()
        with suppress(*_UNREADABLE):
            for (number,) in connection.execute("SELECT number FROM timeline").fetchall():
                query = f"SELECT {TIMELINE}, checksum FROM timeline WHERE number = ?"
                timeline += first(lambda row: [*timeline_of(row)], query, number) or []
        return Changes(
            first(study_of, f"SELECT {STUDY}, checksum FROM study"),
            trials,
            tuple(together.values()),
            attempts,
            tuple(curves),
            artifacts,
            first(lambda row: str(row[0]), "SELECT found, checksum FROM assessment"),
            tuple(timeline),
        )
    return Changes()
