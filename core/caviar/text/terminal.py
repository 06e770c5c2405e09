"""The terminal for rich: its width, and output without control characters other than rich's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from caviar.text.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

_silenced = ContextVar("silenced", default=False)
_ENDLESS = 100_000  # characters: where nobody looks, as in a pipe, a trial stays on its line


def console(stderr: bool = False) -> Console:
    """A console of rich's on standard output or standard error.

    Control characters in what is printed are written as escapes. Where it is no terminal, no line is broken. Nothing
    appears on standard error where the user wants the result alone.
    """
    if stderr and _silenced.get():
        silent: Console = _safe()(stderr=True, quiet=True, force_terminal=False)
        return silent
    made: Console = _safe()(stderr=stderr, highlight=False)
    if not (sys.stderr if stderr else sys.stdout).isatty():
        made.width = _ENDLESS
    return made


@contextmanager
def result_alone() -> Iterator[None]:
    """In this block reporters print nothing on standard error."""
    token = _silenced.set(True)
    try:
        yield
    finally:
        _silenced.reset(token)


@cache
def _safe() -> Any:
    from rich.console import Console
    from rich.segment import Segment

    class SafeConsole(Console):
        """Every text passes through `render`; rich's own cursor movements are marked as control there."""

        def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(printable(segment.text), segment.style)

    return SafeConsole
