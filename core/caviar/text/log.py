"""The log of a run: each step and its duration, at the level DEBUG of the logger `caviar`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

log = logging.getLogger("caviar")
log.addHandler(logging.NullHandler())  # who shows records adds another, such as a reporter


@contextmanager
def timed(what: str, *facts: object) -> Iterator[None]:
    """Logs `what`, filled in with `facts` as by `%`, and the seconds its body took, also when it raises.

    Without a handler it neither reads the clock nor formats the text.
    """
    if not log.isEnabledFor(logging.DEBUG):
        yield
        return
    began = monotonic()
    try:
        yield
    finally:
        log.debug(f"{what}: %.3f s", *facts, monotonic() - began)
