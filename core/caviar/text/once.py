"""Once: a line for people, told one time in a run however often there is reason to."""

from __future__ import annotations

from caviar.text.log import log
from caviar.text.printable import printable_line

_said: set[str] = set()


def say_anew() -> None:
    """A run begins: what was said in an earlier one may be said again."""
    _said.clear()


def say_once(line: str) -> None:
    """A warning of the logger "caviar"; in a worker process its coordinator says it, once for all of them."""
    if line not in _said:
        _said.add(line)
        log.warning(printable_line(line))
