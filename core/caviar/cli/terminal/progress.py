"""A line that shows how far a command is, on a terminal alone, and only if it takes a while."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic

from caviar.cli.terminal.output import width_of

_AFTER = 1.0  # seconds before the first line
_PAUSE = 0.25  # seconds between two


class ProgressLine:
    """The last line of standard error, rewritten in place; nothing where standard error or output is no screen of its
    own: output that is printed on the same terminal shows the progress itself.
    """

    def __init__(self, printing: bool, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._next, self._shown = clock, clock() + _AFTER, ""
        self._active = sys.stderr.isatty() and not (printing and sys.stdout.isatty())

    def show(self, line: str) -> None:
        """Replaces the line, at most four times a second."""
        now = self._clock()
        if not self._active or now < self._next:
            return
        self._next = now + _PAUSE
        self._write(line)

    def close(self) -> None:
        """Removes the line."""
        if self._shown:
            self._write("")

    def _write(self, line: str) -> None:
        line = line[: (width_of(sys.stderr) or 80) - 1]
        sys.stderr.write("\r" + line.ljust(len(self._shown)) + ("" if line else "\r"))
        sys.stderr.flush()
        self._shown = line
