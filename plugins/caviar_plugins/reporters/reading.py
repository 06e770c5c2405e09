"""Shows on a terminal how long the data has been read."""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from caviar_plugins.reporters.wording import duration

_SOON = 0.3
"""Seconds in which most data is read: nothing is shown then."""
_REDRAW = 0.25
"""Seconds between two drawings."""


class Reading:
    """A temporary line. Its thread has ended when `close` returns; rich's own thread might not have."""

    def __init__(self, name: str, console: Console) -> None:
        self._name, self._console, self._began = name, console, monotonic()
        self._spinner, self._read = Spinner("line"), Event()
        self._thread = Thread(target=self._draw, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Restores the screen."""
        self._read.set()
        self._thread.join()

    def _draw(self) -> None:
        if self._read.wait(_SOON):
            return
        line = Live(console=self._console, get_renderable=self._picture, auto_refresh=False, transient=True)
        with line:
            while not self._read.wait(_REDRAW):
                line.refresh()

    def _picture(self) -> Spinner:
        told = Text.assemble((self._name, "bold"), f" reading the data, {duration(monotonic() - self._began)}")
        self._spinner.update(text=told)
        return self._spinner
