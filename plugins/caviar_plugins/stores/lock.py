"""The lock of a run's folder: one process at a time; a dead process's lock is released automatically."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from caviar.plugin import StoreError, open_plain

from caviar_plugins.stores.store_errors import store_errors


class Lock:
    """Held from creation to `release`. The file stays, because another process may be about to lock it."""

    def __init__(self, folder: Path) -> None:
        path = folder / "study.lock"
        with store_errors(path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, this_process().encode(), 0)
            except BlockingIOError:
                holder = in_words(os.pread(self._file, 1000, 0))
                os.close(self._file)
                raise StoreError(
                    f"{folder}: in use by {holder}; wait for it to end or stop it, or choose another name or folder"
                ) from None
            except OSError:
                os.close(self._file)
                raise

    def release(self) -> None:
        """Releases the lock, even if a forked child still has the file open."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)


def holder_of(folder: Path) -> str | None:
    """The process that has locked a run's folder, in words; None where none has."""
    path = folder / "study.lock"
    with suppress(OSError), open_plain(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return in_words(file.read(1000))
    return None


def this_process() -> str:
    """A note about this process for `in_words`."""
    since = datetime.now().isoformat(" ", "seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since})


def in_words(note: str | bytes) -> str:
    """The process that a note is about, in words."""
    try:
        holder = json.loads(note)
        elsewhere = ", another machine," if holder["host"] != socket.gethostname() else ""
        return f"process {holder['pid']} on {holder['host']}{elsewhere} since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
