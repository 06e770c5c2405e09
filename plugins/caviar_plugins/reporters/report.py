"""Report: the run as one HTML page in its folder, written anew while the run goes on and at its end."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

import caviar
from caviar.plugin import Reporter, RunFacts, RunInfo, RunView, Shown, setting, write_atomically
from pydantic import PrivateAttr

_EVERYTHING = Shown()


class Report(Reporter, interface=1):
    """`report.html` in the run's folder: one file that opens in any browser, without network.

    While the run continues it is written after a round, if writing has cost less than `share` of the time so far, and
    the page reads itself again. It is always written at the end. A run that is kept in memory has none.
    """

    share: float = setting(default=0.01, gt=0, le=1)

    _began: float = PrivateAttr(default=0.0)
    _spent: float = PrivateAttr(default=0.0)
    _last: float = PrivateAttr(default=0.0)

    @caviar.plugin.hook
    def before_run(self) -> None:
        self._began, self._spent, self._last = monotonic(), 0.0, 0.0

    @caviar.plugin.hook
    def after_round(self, run: RunInfo, view: RunView) -> None:
        began = monotonic()
        if run.kept and self._spent + self._last <= self.share * (began - self._began):
            # About as often as it is written; a reader who waits sees each round, at most twice.
            pause = max(5.0, self._last / self.share)
            self._write(run, view, reload=pause)
            self._last = monotonic() - began
            self._spent += self._last

    @caviar.plugin.hook
    def after_run(self, run: RunInfo, view: RunView) -> None:
        self._write(run, view)

    @caviar.plugin.hook
    def on_failure(self, run: RunInfo, reason: str, view: RunView) -> None:
        self._write(run, view, note=f"The run ended before its end: {reason}. The same command resumes it.")

    def _write(self, run: RunInfo, view: RunView, reload: float = 0.0, note: str = "") -> None:
        if run.kept:
            text = self.page([view.facts()], reload=reload, note=note)
            write_atomically(run.folder / "report.html", text.encode())

    @staticmethod
    def page(
        runs: Sequence[RunFacts],
        *,
        figure: str | None = None,
        shown: Shown = _EVERYTHING,
        reload: float = 0.0,
        note: str = "",
    ) -> str:
        """The page of one or several runs; with `figure` that one alone. See `caviar_plugins.report.page`."""
        from caviar_plugins.report.page import page

        return page(runs, figure=figure, shown=shown, reload=reload, note=note)
