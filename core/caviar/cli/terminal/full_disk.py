"""A full disk at a terminal: somebody is there who may free some space, so the run waits and tries again."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from errno import EDQUOT
from math import inf
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from caviar.cli.terminal.output import show

if TYPE_CHECKING:
    from caviar.interfaces.store import DiskFull

_PAUSE = 5  # seconds between two tries


def waiting(check_stop: Callable[[], None]) -> Callable[[DiskFull, int], None]:
    """What to do where the disk is full: wait at a terminal, else end with the error. Ctrl-C ends the wait."""

    tried = -inf

    def wait(full: DiskFull, needed: int) -> None:
        nonlocal tried
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise full
        check_stop()  # who has pressed Ctrl-C is not told again
        folder = full.path.parent
        if monotonic() - tried > _PAUSE:  # else it was this call that has failed again
            room = f"the disk is full: {_size(_free(folder))} are free,"
            if full.code == EDQUOT:  # the disk may have as much as that for others
                room = "this user's disk quota is used up:"
            show(
                f"{folder}: {room} about {_size(needed)} are needed; "
                "free some space, and the run continues by itself; Ctrl-C ends it, and nothing is lost",
                err=True,
            )
        for _ in range(_PAUSE):
            check_stop()
            sleep(1)
        tried = monotonic()

    return wait


def _free(folder: Path) -> int:
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
