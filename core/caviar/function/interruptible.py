"""Lets the user's wish to stop, and time limits, reach code that does not ask for them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

_EVERY = 0.1  # seconds; a worker has 0.4 to end once its run is stopped


@contextmanager
def interruptible(check_stop: Callable[[], None]) -> Iterator[None]:
    """Calls `check_stop` between two bytecodes of the block, again and again; what it raises is raised there.

    In the main thread only, where Python runs handlers of signals, and not where the alarm is used for something else.
    """
    if current_thread() is not main_thread() or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield
        return
    inside = True

    def look(*_: object) -> None:
        if inside:
            check_stop()

    signal.signal(signal.SIGALRM, look)
    signal.siginterrupt(signal.SIGALRM, False)  # libraries that cannot bear an interrupted call are spared it
    signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    try:
        yield
    finally:
        inside = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
