"""Errors of a study's files, in words that state what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, ENOLCK
from pathlib import Path

from caviar.plugin import Damaged, DiskFull, StoreError, file_errors, why_unusable

_FORBIDDEN, _NO_LOCKS = (why_unusable(OSError(number, "")) for number in (EACCES, ENOLCK))
_LOCAL = "which a study needs; choose a local folder for the runs"
_DAMAGES = {
    sqlite3.SQLITE_NOTADB: "not a study, nor any SQLite database",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_TOOBIG: "damaged",
}
_SQLITE = {
    sqlite3.SQLITE_READONLY: _FORBIDDEN,
    sqlite3.SQLITE_PERM: _FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check the permissions of the file and of its folder",
    sqlite3.SQLITE_BUSY: "in use by another program; close that and run the same command again",
    sqlite3.SQLITE_IOERR_SHMMAP: f"the file system has no shared memory maps, {_LOCAL}",
    sqlite3.SQLITE_IOERR_SHMLOCK: _NO_LOCKS,
    sqlite3.SQLITE_IOERR_LOCK: _NO_LOCKS,
    sqlite3.SQLITE_PROTOCOL: f"the file system has no reliable locks, {_LOCAL}",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk's space, quota, limits and health; run again",
}


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turns the system's and SQLite's errors into a StoreError about this file."""
    try:
        with file_errors(path):
            yield
    except UnicodeDecodeError as error:  # SQLite quotes what is damaged in its messages
        raise damaged(path) from error
    except sqlite3.Error as error:
        raise _told(path, error) from error
    except MemoryError as error:  # also where SQLite takes damage for a very long text
        raise damaged(path, "too large for the memory there is, or damaged") from error


def damaged(path: Path, why: str = "damaged") -> Damaged:
    """The error about a file of a study, which lies directly in the run's folder."""
    return Damaged(path, path.parent, why)


def code_of(error: sqlite3.Error) -> int:
    """SQLite's code, whose low byte is the kind and the rest a detail; 0 where Python itself raised it."""
    return getattr(error, "sqlite_errorcode", 0)


def _told(path: Path, error: sqlite3.Error) -> StoreError:
    code = code_of(error)
    if "decode" in str(error):  # Python's, of a text that is not UTF-8
        return damaged(path)
    if code & 0xFF == sqlite3.SQLITE_FULL:
        return DiskFull(path)
    if why := _DAMAGES.get(code & 0xFF):
        return damaged(path, why)
    return StoreError(f"{path}: {_SQLITE.get(code) or _SQLITE.get(code & 0xFF) or f'cannot be used: {error}'}")


@contextmanager
def checked_rows(path: Path) -> Iterator[None]:
    """Turns errors in decoding stored rows into a StoreError: the rows were valid when written."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise damaged(path) from error
