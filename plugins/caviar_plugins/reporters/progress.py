"""Progress: a live view on a terminal, plain lines elsewhere, and a table at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import caviar
from caviar.plugin import EpochInfo, Reporter, RunInfo, RunView, Summary, Trial
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from caviar_plugins.reporters.progress_view import View
    from caviar_plugins.reporters.reading import Reading


class Progress(Reporter, interface=1):
    """How far the run is, the best trial so far and the time left; then the best trials and what to do next.

    All on standard error, except the results of `pipe run` on standard output.
    """

    _view: View | None = PrivateAttr(default=None)
    _reading: Reading | None = PrivateAttr(default=None)
    _logged: _Said | None = PrivateAttr(default=None)
    _reasons: set[str | None] = PrivateAttr(default_factory=set)

    @caviar.plugin.hook
    def before_data(self, name: str) -> None:
        from caviar_plugins.reporters.reading import Reading

        console = caviar.plugin.console(stderr=True)
        self._listen(lambda line: console.print(f"{name}: {line}", markup=False))
        if console.is_terminal:
            self._reading = Reading(name, console)

    @caviar.plugin.hook
    def after_data(self) -> None:
        self._listen(None)
        if self._reading:
            self._reading.close()

    @caviar.plugin.hook
    def before_run(self, run: RunInfo, view: RunView) -> None:
        from caviar_plugins.reporters.notebook_view import Notebook
        from caviar_plugins.reporters.progress_view import Lines, Live

        self._reasons.clear()
        console = caviar.plugin.console(stderr=True)
        notebook = console.is_jupyter and not console.quiet
        self._view = (Live if console.is_terminal else Notebook if notebook else Lines)(run, console, _rungs(run, view))
        self._listen(self._view.say)
        self._read_curve(view)

    @caviar.plugin.hook
    def after_epoch(self, epoch: EpochInfo) -> None:
        if self._view:
            self._view.tracker.epoch(epoch)
            self._view.show()

    @caviar.plugin.hook
    def after_trial(self, trial: Trial, view: RunView) -> None:
        if self._view:
            self._view.tracker.ended(trial)
            if self._view.tracker.best is trial:
                self._read_curve(view)
            if trial.state is caviar.TrialState.FAILED and trial.reason not in self._reasons:
                self._reasons.add(trial.reason)
                self._view.say(f"trial {trial.index} failed: {trial.reason}")  # the final table has their number
            self._view.show()

    @caviar.plugin.hook
    def after_round(self, index: int) -> None:
        if self._view:
            self._view.tracker.round_ended()
            self._view.round_ended(index)

    @caviar.plugin.hook
    def after_retest_epoch(self, epoch: EpochInfo) -> None:
        if self._view:
            self._view.tracker.retest_epoch(epoch)
            self._view.show()

    @caviar.plugin.hook
    def after_retests(self, best: Trial | None, view: RunView) -> None:
        if self._view:
            self._view.tracker.retested(best)
            self._read_curve(view)

    @caviar.plugin.hook
    def before_baseline(self) -> None:
        if self._view:
            self._view.tracker.comparing = True
            self._view.show()

    @caviar.plugin.hook
    def after_run(self, run: RunInfo, summary: Summary) -> None:
        self._listen(None)
        if self._view:
            self._view.close()
            self._view.print_summary(summary)

    @caviar.plugin.hook
    def on_failure(self, run: RunInfo) -> None:
        self._listen(None)
        if self._view:  # its caller reports why
            self._view.close()
            place = f"are recorded in {run.folder}" if run.kept else "are done"
            self._view.say(f"{self._view.tracker.done} of {run.total} trials {place}")

    def _read_curve(self, view: RunView) -> None:
        """Reads the best trial's curve."""
        if self._view and (best := self._view.tracker.best):
            curve = view.curves_of(best.index).get(self._view.run.metric)
            self._view.tracker.curve = () if curve is None else curve.tolist()

    def _listen(self, say: Callable[[str], None] | None) -> None:
        """Prints messages that are logged for people, such as that kernels are compiled; None: stops."""
        logger = logging.getLogger("caviar")
        if self._logged:
            logger.removeHandler(self._logged)
        self._logged = say and _Said(say)
        if self._logged:
            logger.addHandler(self._logged)


def _rungs(run: RunInfo, view: RunView) -> Callable[[int], tuple[int, ...]] | None:
    """The epochs at which the pruner decides on a trial; None without a pruner."""
    pruner = view.pipeline.search.pruner
    return None if pruner is None else lambda trial: tuple(pruner.rungs(run.epochs, trial))


class _Said(logging.Handler):
    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)  # the rest is for who debugs
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(record.getMessage())
