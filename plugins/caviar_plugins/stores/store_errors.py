"""Errors of a study's files, in words that state what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EDQUOT, EFBIG, EISDIR, ELOOP, ENOENT, ENOLCK, ENOSPC, ENOTSUP, EPERM, EROFS
from pathlib import Path

from caviar.plugin import StoreError

FULL = "the disk is full; free some space and run the same command again: what was recorded is safe"
FORBIDDEN = "may not be written or read by this user; check the permissions of the file and of its folder"
READ_ONLY = "the file system is read-only; choose another folder for the runs"
LOCAL = "which a study needs; choose a local folder for the runs"
DAMAGED = "damaged; move the run's folder away and run again, or put back a copy of it"

_ERRNO = {
    ENOSPC: FULL,
    EDQUOT: FULL,
    EFBIG: "larger than this user or file system allows; raise the limit and run the same command again",
    EROFS: READ_ONLY,
    EACCES: FORBIDDEN,
    EPERM: FORBIDDEN,
    ENOLCK: f"the file system has no locks, {LOCAL}",
    ENOTSUP: f"the file system has no locks, {LOCAL}",
    ELOOP: "a link, which is not followed; put the file itself there or remove the link",
    EISDIR: "a folder, not a file; move it away",
    ENOENT: "missing; put back a copy of it, or move the run's folder away and run again",
}
_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: FORBIDDEN,
    sqlite3.SQLITE_PERM: FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check the permissions of the file and of its folder",
    sqlite3.SQLITE_NOTADB: "not a study, nor any SQLite database; move it away and run again",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_BUSY: "in use by another program; close that and run the same command again",
    sqlite3.SQLITE_TOOBIG: DAMAGED,
    sqlite3.SQLITE_IOERR_SHMMAP: f"the file system has no shared memory maps, {LOCAL}",
    sqlite3.SQLITE_IOERR_SHMLOCK: f"the file system has no locks, {LOCAL}",
    sqlite3.SQLITE_IOERR_LOCK: f"the file system has no locks, {LOCAL}",
    sqlite3.SQLITE_PROTOCOL: f"the file system has no reliable locks, {LOCAL}",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk's space, limits and health, then run again",
}


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turns the system's and SQLite's errors into a StoreError about this file."""
    try:
        yield
    except OSError as error:
        why = _ERRNO.get(error.errno or 0, f"cannot be used: {error.strerror or error}")
        raise StoreError(f"{path}: {why}") from error
    except UnicodeDecodeError as error:  # SQLite quotes what is damaged in its messages
        raise StoreError(f"{path}: {DAMAGED}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {_why(error)}") from error
    except MemoryError as error:  # also where SQLite takes damage for a very long text
        raise StoreError(f"{path}: too large for the memory there is, or {DAMAGED}") from error


def code_of(error: sqlite3.Error) -> int:
    """SQLite's code, whose low byte is the kind and the rest a detail; 0 where Python itself raised it."""
    return getattr(error, "sqlite_errorcode", 0)


def _why(error: sqlite3.Error) -> str:
    code = code_of(error)
    if "decode" in str(error):  # Python's, of a text that is not UTF-8
        return DAMAGED
    return _SQLITE.get(code) or _SQLITE.get(code & 0xFF) or f"cannot be used: {error}"


@contextmanager
def checked_rows(path: Path) -> Iterator[None]:
    """Turns errors in decoding stored rows into a StoreError: the rows were valid when written."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise StoreError(f"{path}: {DAMAGED}") from error
