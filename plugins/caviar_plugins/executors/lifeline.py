"""Ends a worker process when its coordinator ends, from its start on: this module imports almost nothing."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1  # of Linux' prctl


def depend_on(coordinator: int) -> None:
    """Ends this process with the coordinator, even while a plugin's C code lets no other thread run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # When memory runs out, rather this process than the one that keeps the study.
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    if os.getppid() != coordinator:  # it was gone before we asked
        os._exit(1)
