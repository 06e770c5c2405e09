"""Once: a line for people, told one time in a run however often there is reason to."""

from __future__ import annotations

import logging

from caviar.text.printable import printable_line

_said: set[str] = set()
logging.getLogger("caviar").addHandler(logging.NullHandler())  # who shows them adds another, such as a reporter


def say_anew() -> None:
    """A run begins: what was said in an earlier one may be said again."""
    _said.clear()


def say_once(line: str) -> None:
    """A warning of the logger "caviar"; in a worker process its coordinator says it, once for all of them."""
    if line not in _said:
        _said.add(line)
        logging.getLogger("caviar").warning(printable_line(line))
