"""A study for the laws of reporters, which their hooks get as `view`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from caviar.config.reading.resolved import loads
from caviar.engine.analysis.trial_frames import curves_to_pandas, curves_to_polars, to_pandas, to_polars
from caviar.values.arrays import Array
from caviar.values.history import Goal
from caviar.values.problem import Problem
from caviar.values.ranking import ranked
from caviar.values.trial import Trial


@dataclass(frozen=True)
class TrialsView:
    """These trials, each with a curve that stays at its final value, and no model."""

    trials: tuple[Trial, ...]
    metric: str
    goal: Goal = "maximize"

    @property
    def best(self) -> Trial | None:
        return next((trial for trial in ranked(self.trials, self.goal) if trial.feasible), None)

    @property
    def importance(self) -> Mapping[str, float]:
        return {}  # as for any study of so few trials

    @property
    def identity(self) -> Mapping[str, str]:
        return {"numpy": numpy.__version__}

    @property
    def pipeline(self) -> Any:
        return loads(
            'name = "study"\ndata = "digits"\ntrainer.epochs = 2\n'
            'optimizer = { use = "adam", learning_rate = { log = [1e-4, 1.0] } }',
            "the study of the laws of reporters",
        )

    def curves(self, metric: str | None = None) -> Mapping[int, Array]:
        name = metric or self.metric
        known = (trial for trial in self.trials if trial.epochs and name in trial.metrics)
        return {trial.index: numpy.full(trial.epochs, trial.metrics[name]) for trial in known}

    def curves_of(self, trial: int) -> Mapping[str, Array]:
        found = next(each for each in self.trials if each.index == trial)
        return {name: self.curves(name)[trial] for name in found.metrics if found.epochs}

    def all_curves(self) -> Mapping[str, Mapping[int, Array]]:
        return {name: self.curves(name) for trial in self.trials for name in trial.metrics}

    def model(self, trial: int | None = None) -> Any:
        raise Problem("there is no model: it was not saved")

    def to_pandas(self) -> Any:
        return to_pandas(self.trials)

    def to_polars(self) -> Any:
        return to_polars(self.trials)

    def curves_to_pandas(self) -> Any:
        return curves_to_pandas(self.all_curves())

    def curves_to_polars(self) -> Any:
        return curves_to_polars(self.all_curves())
