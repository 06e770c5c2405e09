"""The hooks: methods that a reporter may implement, when they are called and with which arguments."""

from __future__ import annotations

import pluggy

from caviar.values.run import EpochInfo, RunInfo, RunView, Summary
from caviar.values.trial import Trial

hook = pluggy.HookimplMarker("caviar")
_spec = pluggy.HookspecMarker("caviar")


class Hooks:
    """Called in the coordinating process, never inside a training step."""

    @_spec
    def before_data(self, name: str) -> None:
        """Called once, before the data is read; `name` is the pipeline's. Threads may not outlive `after_data`."""

    @_spec
    def after_data(self) -> None:
        """The data was read, or could not be read."""

    @_spec
    def before_run(self, run: RunInfo, view: RunView) -> None:
        """Called once, after the data was read and before the first round.

        `view` reads what earlier runs of the study have recorded; it is valid during the call.
        """

    @_spec
    def after_epoch(self, run: RunInfo, epoch: EpochInfo) -> None:
        """A population has trained one more epoch. Not durable yet."""

    @_spec
    def after_trial(self, run: RunInfo, trial: Trial, view: RunView) -> None:
        """A trial has ended, in any state, and is recorded: durably, unless a pruner stopped it at a rung.

        If a run is killed within about a second, it may call this again for such a trial when it is resumed. Of `view`,
        which is valid during the call, only `curves_of` costs the same however many trials there are.
        """

    @_spec
    def after_round(self, run: RunInfo, index: int, trials: tuple[Trial, ...], view: RunView) -> None:
        """All trials of a round have ended. `view` reads the whole study; it is valid during the call."""

    @_spec
    def after_retest_epoch(self, run: RunInfo, epoch: EpochInfo) -> None:
        """A population of finished trials, which are re-tested after a round, has trained one more epoch."""

    @_spec
    def after_retests(self, run: RunInfo, trials: tuple[Trial, ...], best: Trial | None, view: RunView) -> None:
        """After a round these trials were trained once more, from other seeds; `best` is now the best of all.

        `view` reads the whole study; it is valid during the call.
        """

    @_spec
    def before_baseline(self, run: RunInfo, name: str) -> None:
        """A baseline, with which the best model is compared, is about to be trained."""

    @_spec
    def after_run(self, run: RunInfo, summary: Summary, view: RunView) -> None:
        """Called once, after the best model was saved. `view` reads the whole study; it is valid during the call."""

    @_spec
    def on_failure(self, run: RunInfo, reason: str, view: RunView) -> None:
        """The run ends incomplete, perhaps before it started; the same command resumes it.

        `view` reads what was recorded until then; it is valid during the call.
        """
