"""Signals: interrupt a command, or request that a run stops between two steps."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

INTERRUPTED = 130
"""The exit code of a command that was interrupted."""

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_on_signals() -> None:
    """Makes a signal end this process at once, with a message instead of a traceback."""
    for each in _heeded():
        signal.signal(each, _end)


def heed_no_more() -> None:
    """Ignores signals while an interrupted process ends, where a second one would give it another exit code.

    Python's own handlers end before Python does, and what is then left is the system's: death by the signal.
    """
    for each in _STOPS:
        signal.signal(each, signal.SIG_IGN)


def _end(number: int, _: object) -> NoReturn:
    # An exception would be lost where a library that is being imported swallows it, or be shown with a traceback.
    with suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], None]]:
    """Returns a function that raises Stopped at its next call after a signal; a second signal acts at once."""
    from caviar.values.problem import Stopped

    asked: list[int] = []

    def ask(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {each: signal.signal(each, ask) for each in _heeded()}

    def check_stop() -> None:
        if asked:
            raise Stopped

    try:
        yield check_stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _heeded() -> list[signal.Signals]:
    """The signals that stop a command. With `nohup` it continues when its terminal closes."""
    return [each for each in _STOPS if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]
