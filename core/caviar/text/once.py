"""Messages for people that are logged only once in a run."""

from __future__ import annotations

from contextvars import ContextVar

from caviar.text.log import log
from caviar.text.printable import printable_line

_said: ContextVar[set[str]] = ContextVar("said")  # of the run that this thread works for


def say_anew() -> None:
    """A run starts: messages of an earlier run, or of one in another thread, may be logged again."""
    _said.set(set())


def say_once(line: str) -> None:
    """Logs a warning to "caviar"; in a worker process the coordinator logs it, once for all workers."""
    if _said.get(None) is None:
        say_anew()
    if line not in _said.get():
        _said.get().add(line)
        log.warning(printable_line(line))
