"""Lets the user's wish to stop, and time limits, reach code that does not ask for them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

from caviar.support.raised import sentence

_EVERY = 0.1  # seconds; a worker has 0.4 to end once its run is stopped


@contextmanager
def interruptible(check_stop: Callable[[], None]) -> Iterator[None]:
    """Calls `check_stop` between two bytecodes of the block, again and again; what it raises is raised there.

    The block ends with that, or with the KeyboardInterrupt of a Ctrl-C, even where its own code has caught it, or has
    raised something else in a `finally`. In the main thread only, where Python runs handlers of signals, and not where
    the alarm is used for something else. Any other exception that is no Exception, which would end the process,
    becomes a RuntimeError.
    """
    inside, stops = True, list[BaseException]()

    def look(*_: object) -> None:
        try:
            if inside:
                check_stop()
        except BaseException as stop:
            stops.append(stop)
            raise

    def interrupt(*_: object) -> None:
        stops.append(KeyboardInterrupt())
        raise stops[-1]

    ctrl_c = _handled(signal.SIGINT, interrupt, signal.default_int_handler)
    with ctrl_c, _handled(signal.SIGALRM, look, signal.SIG_DFL) as timed:
        if timed:
            signal.siginterrupt(signal.SIGALRM, False)  # libraries that cannot bear an interrupted call are spared it
            signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
        try:
            yield
        except (Exception, SystemExit):
            raise
        except BaseException as error:
            if error not in stops:
                check_stop()  # the command's second signal raises KeyboardInterrupt at once
                told = RuntimeError(f"{sentence(error)}, which is no Exception")
                raise told.with_traceback(error.__traceback__) from error
            raise
        finally:
            inside = False
            if timed:
                signal.setitimer(signal.ITIMER_REAL, 0)
            if stops:
                raise stops[-1]


@contextmanager
def _handled(number: signal.Signals, handler: Callable[..., None], before: Any) -> Iterator[bool]:
    """Sets the handler of a signal for the block, where it has been `before`; whether it has."""
    ours = current_thread() is main_thread() and signal.getsignal(number) is before
    if ours:
        signal.signal(number, handler)
    try:
        yield ours
    finally:
        if ours:
            signal.signal(number, before)
