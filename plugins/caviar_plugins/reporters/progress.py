"""Progress: a live view on a terminal, plain lines elsewhere, and a table at the end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import caviar
from caviar import EpochInfo, Reporter, RunInfo, Summary, Trial
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from caviar_plugins.reporters.progress_view import View


_ENDLESS = 100_000  # characters: where nobody looks, as in a pipe, a trial stays on its line


class Progress(Reporter):
    """How far the run is, the best trial so far and the time left; then the best trials and what to do next.

    All on standard error, but what `pipe run` came to on standard output.
    """

    _view: View | None = PrivateAttr(default=None)

    @caviar.hook
    def before_run(self, run: RunInfo) -> None:
        from rich.console import Console

        from caviar_plugins.reporters.progress_view import Lines, Live

        console = Console(stderr=True, highlight=False)
        self._view = Live(run, console) if console.is_terminal else Lines(run, console)

    @caviar.hook
    def after_epoch(self, epoch: EpochInfo) -> None:
        if self._view:
            self._view.tracker.epoch(epoch)
            self._view.show()

    @caviar.hook
    def after_trial(self, trial: Trial) -> None:
        if self._view:
            self._view.tracker.ended(trial)
            if trial.state is caviar.TrialState.FAILED:
                self._view.say(f"trial {trial.index} failed: {trial.reason}")
            self._view.show()

    @caviar.hook
    def after_round(self, index: int) -> None:
        if self._view:
            self._view.round_ended(index)

    @caviar.hook
    def after_retest_epoch(self, epoch: EpochInfo) -> None:
        if self._view:
            self._view.tracker.retest_epoch(epoch)
            self._view.show()

    @caviar.hook
    def after_retests(self, best: Trial | None) -> None:
        if self._view:
            self._view.tracker.retested(best)

    @caviar.hook
    def after_run(self, run: RunInfo, summary: Summary) -> None:
        if self._view:
            from rich.console import Console

            from caviar_plugins.reporters.final_table import print_summary

            self._view.close()
            width = None if (sys.stdout if run.prints else sys.stderr).isatty() else _ENDLESS
            print_summary(run, summary, Console(stderr=not run.prints, width=width, highlight=False))

    @caviar.hook
    def on_failure(self, run: RunInfo) -> None:
        if self._view:  # why is told by whoever runs it
            self._view.close()
            place = f"are recorded in {run.folder}" if run.kept else "are done"
            self._view.say(f"{self._view.tracker.done} of {run.total} trials {place}")
