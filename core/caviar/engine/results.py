"""Reading a run's results from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from caviar.config.pipeline import Pipeline
from caviar.config.resolved import loads
from caviar.config.space import space_of
from caviar.engine.history import history_of
from caviar.engine.importance import importance
from caviar.engine.objective import Objective, objective_named
from caviar.engine.saved import NotAModel
from caviar.interfaces.store import StoreError
from caviar.registry.code import register
from caviar.values.dimension import Space
from caviar.values.ranking import ranked, without_winner
from caviar.values.trial import Trial, TrialState


@dataclass(frozen=True)
class Results:
    """All trials of a run and what they were of; how much each hyperparameter mattered (path -> share).

    `reached`: the searched metric after a pruned trial's last epoch, by trial.
    """

    trials: tuple[Trial, ...]
    objective: Objective
    space: Space
    importance: Mapping[str, float]
    pipeline: Pipeline
    reached: Mapping[int, float]

    @property
    def metric(self) -> str:
        """The searched metric."""
        return self.objective.metric

    @property
    def ranked(self) -> list[Trial]:
        """Those that can be compared, from best to worst, then the others by number."""
        compared = self.compared
        numbers = {trial.index for trial in compared}
        return [*compared, *(trial for trial in self.trials if trial.index not in numbers)]

    @property
    def compared(self) -> list[Trial]:
        """The finished trials, then the pruned ones by how far they came and where they stood there, best first."""
        side = -1 if self.objective.goal == "maximize" else 1
        pruned = [trial for trial in self.trials if trial.index in self.reached]
        pruned.sort(key=lambda trial: (-trial.epochs, side * self.reached[trial.index], trial.index))
        return [*ranked(self.trials, self.objective.goal), *pruned]

    @property
    def total(self) -> int:
        """How many trials are wanted."""
        return self.pipeline.search.trials if len(self.space) else 1

    @property
    def done(self) -> int:
        """How many of them have ended."""
        return sum(trial.state.done for trial in self.trials)


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
        objective = objective_named(pipeline.search.metric, pipeline.search.goal, pipeline.search.conditions)
        history = history_of(trials, ledger, objective, len(space))
        reached = {
            trial.index: value
            for trial, value in zip(trials, history.objectives.tolist(), strict=True)
            if trial.state is TrialState.PRUNED and value == value
        }
        return Results(trials, objective, space, importance(space, history), pipeline, reached)


def model_of(folder: Path, code: Path | None = None) -> Path:
    """The file of a run's model. Raises NotAModel, with the reason, where there is none, and StoreError."""
    file = folder / "models" / "best.safetensors"
    if file.exists():
        return file
    found = read_results(folder, code)
    if found.objective.best(found.trials) is not None:
        if found.done == found.total:
            done = f"all {found.total} trials are done, but their model was not saved"
            raise NotAModel(f"{folder}: there is no model: {done}; `pipe run` of its pipeline says why")
        done = f"{found.done} of {found.total} trials are done"
        raise NotAModel(f"{folder}: there is no model yet; a run leaves it at its end, and {done}")
    why = without_winner(found.trials, found.objective.goal, found.objective.conditions)
    raise NotAModel(f"{folder}: there is no model: {why}")
