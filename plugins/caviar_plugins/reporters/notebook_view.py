"""The view of a run in a notebook: one output of a cell, replaced as the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from io import StringIO
from time import monotonic
from typing import Any

from caviar.plugin import RunInfo, Summary, printable
from rich.console import Console

from caviar_plugins.reporters.progress_view import View, details
from caviar_plugins.reporters.wording import duration

_WIDTH = 100
"""Characters of a line: a cell has no width that a program could ask for."""
_BAR = 30
_PAUSE = 0.25
"""Seconds between two drawings."""


class Notebook(View):
    """What was printed for good, then a bar and the best trial; at the end the table of trials instead.

    A front end that shows plain text alone, such as a diff, gets the last state as text.
    """

    def __init__(self, run: RunInfo, console: Console, rungs: Callable[[int], tuple[int, ...]] | None = None) -> None:
        self._said: list[str] = []
        self._began = self._drawn = monotonic()
        self._output: Any = None
        super().__init__(run, console, rungs)
        self._draw()

    def say(self, line: str) -> None:
        self._said.append(f"{self.run.name}: {line}")
        if self._output is not None:
            self._draw()

    def show(self) -> None:
        if monotonic() >= self._drawn + _PAUSE:
            self._draw()

    def round_ended(self, index: int) -> None:
        self._draw()

    def close(self) -> None:
        """Leaves what was printed for good."""
        self._put("\n".join(self._said))

    def print_summary(self, summary: Summary) -> None:
        """Shows the table of trials below what was printed for good."""
        from caviar_plugins.reporters.final_table import print_summary

        text = StringIO()
        plain = Console(file=text, width=_WIDTH, color_system=None, force_terminal=False, force_jupyter=False)
        print_summary(self.run, summary, plain)
        self._put("\n".join([*self._said, text.getvalue()]))

    def _draw(self) -> None:
        tracker, self._drawn = self.tracker, monotonic()
        filled = round(_BAR * tracker.share)
        times = (duration(monotonic() - self._began), tracker.activity() or tracker.left())
        row = f"{'█' * filled}{'░' * (_BAR - filled)} {tracker.done}/{self.run.total} trials "
        lines = [row + ", ".join(filter(None, times)), *details(tracker, _WIDTH, bars=True)]
        self._put("\n".join([*self._said, *lines]))

    def _put(self, text: str) -> None:
        import IPython.display

        display: Any = IPython.display.display  # which has no types
        told = printable(text)
        shown = {"text/plain": told, "text/html": f'<pre style="line-height: 1.3">{escape(told)}</pre>'}
        if self._output is None:
            self._output = display(shown, raw=True, display_id=True)
        else:
            self._output.update(shown, raw=True)
