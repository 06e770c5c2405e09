"""Messages for people that are logged only once in a run."""

from __future__ import annotations

from caviar.text.log import log
from caviar.text.printable import printable_line

_said: set[str] = set()


def say_anew() -> None:
    """A run starts: messages of an earlier run may be logged again."""
    _said.clear()


def say_once(line: str) -> None:
    """Logs a warning to "caviar"; in a worker process the coordinator logs it, once for all workers."""
    if line not in _said:
        _said.add(line)
        log.warning(printable_line(line))
