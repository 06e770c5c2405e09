"""The lock of a kernel: processes that need the same kernel do not compile it at the same time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from caviar.plugin import still_compiling

_PATIENCE = 120.0  # seconds after which this process compiles it too: the lock's holder may be suspended
_POLL = 0.02


@contextmanager
def compiling_alone(path: Path, waiting: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Holds the lock at `path`; if another process holds it, waits inside `waiting()`.

    The wait calls `still_compiling`, which may raise Stopped. A dead process holds no lock. Where files cannot be
    locked, it does not wait.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError:  # saving the kernel reports that nothing can be written there
        yield
        return
    try:
        held = _locked(file)
        if not held:
            with waiting():
                deadline = monotonic() + _PATIENCE
                while not (held := _locked(file)) and monotonic() < deadline:
                    still_compiling()
                    sleep(_POLL)
        try:
            yield
        finally:
            if held:
                _remove(path, file)
    finally:
        os.close(file)


def _remove(path: Path, file: int) -> None:
    # A process that waits for an unlinked file finds the kernel on disk once it has the lock. By then another process
    # may have locked a new file at this path.
    with suppress(OSError):
        if os.path.samestat(path.lstat(), os.fstat(file)):
            path.unlink()


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # the file system has no locks
        return True
    return True
