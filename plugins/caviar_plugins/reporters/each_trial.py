"""EachTrial: hands over every trial that has ended, once, with its curves, however often the run was interrupted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Container, Mapping

import caviar
from caviar.plugin import Array, Reporter, RunInfo, RunView, Summary, Trial
from pydantic import PrivateAttr


class EachTrial(Reporter):
    """A reporter that keeps trials elsewhere, one by one: in a file, on a server.

    When a run starts, `begin` says which trials are there already, and the others that have ended are written: those
    that ended before the reporter was added, or that a kill came between. Then each is written when it ends. One that
    could not be written, as the server was gone, is tried again at the end of the round and of the run, with those that
    have ended since; nothing is tried in between, because training waits for it.
    """

    _due: dict[int, Trial] = PrivateAttr(default_factory=dict)
    _begun: bool = PrivateAttr(default=False)

    @abstractmethod
    def begin(self, run: RunInfo, view: RunView) -> Container[int]:
        """Opens the place; returns the numbers of the trials that it has already."""

    @abstractmethod
    def write(self, run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> None:
        """Writes a trial that has ended, and replaces what is there of it; `curves`: metric -> float64 (epochs)."""

    def finish(self, run: RunInfo, view: RunView, summary: Summary | None) -> None:
        """Closes the place, after all trials; `summary` is None where the run ends incomplete."""

    @caviar.plugin.hook
    def before_run(self, run: RunInfo, view: RunView) -> None:
        self._begun = False
        self._catch_up(run, view)

    @caviar.plugin.hook
    def after_trial(self, run: RunInfo, trial: Trial, view: RunView) -> None:
        failed_before = bool(self._due) or not self._begun
        self._due[trial.index] = trial
        if not failed_before:
            self._catch_up(run, view)

    @caviar.plugin.hook
    def after_round(self, run: RunInfo, view: RunView) -> None:
        if self._due or not self._begun:
            self._catch_up(run, view)

    @caviar.plugin.hook
    def after_run(self, run: RunInfo, view: RunView, summary: Summary) -> None:
        self._catch_up(run, view)
        self.finish(run, view, summary)

    @caviar.plugin.hook
    def on_failure(self, run: RunInfo, view: RunView) -> None:
        if self._begun:
            self._catch_up(run, view)
            self.finish(run, view, None)

    def _catch_up(self, run: RunInfo, view: RunView) -> None:
        if not self._begun:
            known = self.begin(run, view)
            self._due = {each.index: each for each in view.trials if each.state.done and each.index not in known}
            self._begun = True
        for number, trial in list(self._due.items()):
            self.write(run, trial, view.curves_of(number))
            del self._due[number]
