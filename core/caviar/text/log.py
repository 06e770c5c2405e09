"""The log of a run: what it does and how long that takes, at the level DEBUG of the logger `caviar`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

log = logging.getLogger("caviar")
log.addHandler(logging.NullHandler())  # who shows records adds another, such as a reporter


@contextmanager
def timed(what: str, *facts: object) -> Iterator[None]:
    """Logs `what`, filled in with `facts` as by `%`, and the seconds its body took, whether it ended well or not.

    Without a listener neither is the clock read nor a word made.
    """
    if not log.isEnabledFor(logging.DEBUG):
        yield
        return
    began = monotonic()
    try:
        yield
    finally:
        log.debug(f"{what}: %.3f s", *facts, monotonic() - began)
