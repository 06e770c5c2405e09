"""A line about a step that takes long, such as the import of a file that imports PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from caviar.cli.terminal.output import show

_SLOW = 1.0  # seconds


@contextmanager
def said_where_slow(line: str) -> Iterator[None]:
    """Shows the line on standard error once the block has taken a second; no thread is left after it."""
    timer = Timer(_SLOW, show, [line], {"err": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
