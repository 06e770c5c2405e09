"""Messages for people that are logged only once in a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from caviar.text.log import log
from caviar.text.printable import printable_line

_said: ContextVar[set[str]] = ContextVar("said")  # of the run that this thread works for
_adding = Lock()


def say_anew() -> None:
    """A run starts: messages of an earlier run, or of one in another thread, may be logged again."""
    _said.set(set())


def said() -> set[str]:
    """The lines logged in the run that this code works for; outside of a run, in this thread."""
    if _said.get(None) is None:
        say_anew()
    return _said.get()


@contextmanager
def not_again(lines: set[str]) -> Iterator[None]:
    """In this block, which may be in another thread than the run's, these lines of the run are not logged again."""
    token = _said.set(lines)
    try:
        yield
    finally:
        _said.reset(token)


def say_once(line: str) -> None:
    """Logs a warning to "caviar"; in a worker process the coordinator logs it, once for all workers.

    A thread that a plugin starts for other things than `Job.perform` has lines of its own.
    """
    lines = said()
    with _adding:
        new = line not in lines
        lines.add(line)
    if new:
        log.warning(printable_line(line))
