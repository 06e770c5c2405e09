"""CSV: a table of trials and one of their epochs."""

from __future__ import annotations

import caviar
from caviar.plugin import Reporter, RunInfo, RunView, Trial, csv_text, epoch_columns, trial_columns, write_atomically
from pydantic import PrivateAttr


class CSV(Reporter, interface=1):
    """Writes trials.csv, a row for each trial that has ended, and epochs.csv, a row for each of their epochs.

    Both stand in the run's folder and have the columns of `study.to_pandas()` and `study.curves_to_pandas()`. A file is
    always replaced as a whole: trials.csv when it has grown by a twentieth and at the end of the run, epochs.csv at the
    end of the run.
    """

    _ended: dict[int, Trial] = PrivateAttr(default_factory=dict)
    _written: int = PrivateAttr(default=0)

    @caviar.plugin.hook
    def before_run(self, run: RunInfo, view: RunView) -> None:
        self._ended = {trial.index: trial for trial in view.trials if trial.state.done}
        self._write(run)

    @caviar.plugin.hook
    def after_trial(self, run: RunInfo, trial: Trial) -> None:
        self._ended[trial.index] = trial
        if len(self._ended) > 1.05 * self._written:  # so that 10,000 trials do not write 10,000 rows 10,000 times
            self._write(run)

    @caviar.plugin.hook
    def after_retests(self, trials: tuple[Trial, ...]) -> None:
        self._ended.update((trial.index, trial) for trial in trials)

    @caviar.plugin.hook
    def after_run(self, run: RunInfo, view: RunView) -> None:
        self._write(run)
        write_atomically(run.folder / "epochs.csv", csv_text(epoch_columns(view.all_curves())).encode())

    @caviar.plugin.hook
    def on_failure(self, run: RunInfo, view: RunView) -> None:
        if self._ended:
            self.after_run(run, view)

    def _write(self, run: RunInfo) -> None:
        ended = [self._ended[number] for number in sorted(self._ended)]
        write_atomically(run.folder / "trials.csv", csv_text(trial_columns(ended)).encode())
        self._written = len(ended)
