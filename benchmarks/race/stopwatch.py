"""A reporter for `pipe run --code`: notes when each trial ended; times never enter metrics."""

import json
import time
from pathlib import Path
from typing import ClassVar

import caviar


class Stopwatch(caviar.Reporter):
    """One line per trial, once it is durably recorded: monotonic seconds, and the objective if it finished."""

    name: ClassVar[str] = "stopwatch"

    path: Path

    @caviar.plugin.hook
    def after_trial(self, trial: caviar.Trial) -> None:
        value = trial.objective if trial.state is caviar.TrialState.FINISHED else None
        with self.path.open("a") as file:
            file.write(json.dumps([time.monotonic(), value]) + "\n")
