"""Weights & Biases: a run for each trial, grouped by study; offline unless asked otherwise."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from math import isfinite
from pathlib import Path
from shutil import rmtree
from typing import Any, ClassVar, Literal

from caviar.plugin import Array, RunInfo, RunView, Summary, Trial, TrialState, setting, study_id
from pydantic import PrivateAttr

from caviar_plugins.reporters.each_trial import EachTrial

_WHOLE = "caviar-whole"
"""A file in the folder of a run that was written to its end."""


class WandB(EachTrial, interface=1):
    """Writes a W&B run for each trial when it ends, into the folder wandb in the run's folder.

    With `mode` "offline" nothing leaves this machine; `wandb sync runs/NAME/wandb/offline-run-*` uploads it. A W&B run
    has the trial's values as its configuration, all metrics by epoch, from 1, and a summary with state, epochs and
    seconds; it has failed where the trial failed or diverged. The runs of a study are a group.
    """

    requires: ClassVar[tuple[str, ...]] = ("wandb",)

    project: str = setting(default="caviar")
    entity: str | None = setting(default=None)
    mode: Literal["offline", "online"] = setting(default="offline")

    _study: str = PrivateAttr(default="")

    def begin(self, run: RunInfo, view: RunView) -> Container[int]:
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # nothing leaves this machine unasked
        self._study = study_id(run.folder)
        return {int(folder.name.rpartition("-")[2]) for folder in self._folders(run) if (folder / _WHOLE).exists()}

    def write(self, run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> None:
        import wandb

        name = f"{self._study}-{trial.index}"
        for folder in self._folders(run, trial.index):  # an earlier one of this trial, of which perhaps a part
            rmtree(folder)
        opened: Any = wandb.init(
            project=self.project,
            entity=self.entity,
            mode=self.mode,
            dir=str(run.folder),
            id=name,
            name=f"{run.name} {trial.index}",
            group=f"{run.name} {self._study}",
            config=dict(trial.values),
            resume="allow",
            reinit="create_new",
            settings=wandb.Settings(
                silent=True, console="off", disable_git=True, x_disable_stats=True, x_disable_meta=True
            ),
        )
        for epoch in range(1, trial.epochs + 1):
            opened.log({name: curve[epoch - 1] for name, curve in curves.items() if epoch <= len(curve)}, step=epoch)
        numbers = {name: value for name, value in trial.metrics.items() if isfinite(value)}
        told = {"state": trial.state.value, "epochs": trial.epochs, "seconds": trial.seconds, "reason": trial.reason}
        opened.summary.update({name: value for name, value in {**told, **numbers}.items() if value is not None})
        opened.finish(exit_code=int(trial.state in (TrialState.FAILED, TrialState.DIVERGED)))
        for folder in self._folders(run, trial.index):
            (folder / _WHOLE).touch()

    def finish(self, run: RunInfo, view: RunView, summary: Summary | None) -> None:
        import wandb

        wandb.teardown()  # ends the process that writes

    def _folders(self, run: RunInfo, trial: int | None = None) -> Iterator[Path]:
        number = "*" if trial is None else str(trial)
        return (run.folder / "wandb").glob(f"*run-*-{self._study}-{number}")
