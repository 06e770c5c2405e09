"""The lock of a kernel: processes that need the same kernel do not compile it at the same time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

_PATIENCE = 120.0  # seconds after which this process compiles it too: the lock's holder may be suspended
_POLL = 0.02


@contextmanager
def compiling_alone(path: Path, waiting: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Holds the lock at `path`; if another process holds it, waits inside `waiting()`.

    A dead process holds no lock. Where files cannot be locked, it does not wait.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError:  # saving the kernel reports that nothing can be written there
        yield
        return
    try:
        if not _locked(file):
            with waiting():
                deadline = monotonic() + _PATIENCE
                while not _locked(file) and monotonic() < deadline:
                    sleep(_POLL)
        yield
    finally:
        # A process that waits for an unlinked file finds the kernel on disk once it has the lock.
        with suppress(OSError):
            path.unlink()
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # the file system has no locks
        return True
    return True
