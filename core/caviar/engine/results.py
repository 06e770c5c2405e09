"""Reading a run's results from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caviar.config.resolved import loads
from caviar.config.space import space_of
from caviar.engine.history import history_of
from caviar.engine.importance import importance
from caviar.engine.objective import Objective, objective_named
from caviar.interfaces.store import StoreError
from caviar.registry.code import register
from caviar.values.dimension import Space
from caviar.values.trial import Trial, TrialState


@dataclass(frozen=True)
class Results:
    """All trials of a run, how to say their values, and how much each hyperparameter mattered (path -> share)."""

    trials: tuple[Trial, ...]
    objective: Objective
    space: Space
    importance: Mapping[str, float]

    @property
    def metric(self) -> str:
        """The searched metric."""
        return self.objective.metric

    @property
    def ranked(self) -> list[Trial]:
        """Finished trials from best to worst, then the others by number."""
        sign = -1.0 if self.objective.goal == "maximize" else 1.0
        return sorted(
            self.trials,
            key=lambda trial: (trial.state is not TrialState.FINISHED, sign * (trial.objective or 0.0), trial.index),
        )

    def describe(self, path: str, value: Any) -> str:
        """A searched value in its sampler's words."""
        return self.space[path].sampler.describe(value)


def read_results(folder: Path, code: Path | None = None) -> Results:
    """The results of a run that may still be going on; `code` is the file of plugins it was made with.

    Raises StoreError.
    """
    if code is not None:
        register(code)
    file = folder / "pipeline.toml"
    if not file.is_file():
        raise StoreError(f"{folder}: no run here (there is no pipeline.toml); runs are folders such as runs/digits")
    pipeline = loads(file.read_text(encoding="utf-8"), str(file))
    with pipeline.store.read(folder) as ledger:
        assert pipeline.search.metric is not None, "a resolved file says its metric"
        trials, space = ledger.trials(), space_of(pipeline)
        objective = objective_named(pipeline.search.metric, pipeline.search.goal)
        return Results(trials, objective, space, importance(space, history_of(trials, ledger, objective)))
