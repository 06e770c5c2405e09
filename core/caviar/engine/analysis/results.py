"""Reading a run's results from its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from caviar.config.advice.advice import Advice
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import space_of
from caviar.engine.advice.ended import Ended
from caviar.engine.advice.rules import advice_on_result
from caviar.engine.analysis.importance import importance
from caviar.engine.model.on_disk import NotAModel, best_file, decision_in, ensemble_file, ensemble_in
from caviar.engine.revalidation.tested import Tested, tested
from caviar.engine.search.history import history_of
from caviar.engine.search.objective import Objective, objective_of
from caviar.engine.storage.run_folder import begun_with, pipeline_file
from caviar.engine.storage.study_view import StudyView, read_study
from caviar.interfaces.store import Origin
from caviar.values.assessment import Assessment
from caviar.values.class_decision import ClassDecision
from caviar.values.dimension import Space
from caviar.values.ensemble import Ensemble
from caviar.values.ranking import ranked, without_winner
from caviar.values.trial import Trial, TrialState

ModelName: TypeAlias = Literal["best", "ensemble"]


@dataclass(frozen=True)
class Results:
    """All trials of a run, its pipeline, and how much each hyperparameter mattered (path -> share).

    `reached`: the searched metric after a pruned trial's last epoch, by trial. `identity`: what bits depend on besides
    pipeline, seed and data. `decision`: how the best model, once it is there, decides between classes. `assessment`:
    that of the winner, None before the search has ended, and `advice` on it. `ensemble`: that of the assessment.
    `tested`: when the winner was tested last, None before there is one. `origins`: see `StudyRecord`.
    """

    trials: tuple[Trial, ...]
    objective: Objective
    space: Space
    importance: Mapping[str, float]
    pipeline: Pipeline
    reached: Mapping[int, float]
    identity: Mapping[str, str]
    assessment: Assessment | None
    advice: tuple[Advice, ...]
    decision: ClassDecision | None = None
    ensemble: Ensemble | None = None
    tested: Tested | None = None
    origins: tuple[Origin, ...] = ()

    @property
    def best(self) -> Trial | None:
        """The winner so far, its metrics those of its model where the search has ended: with the test part."""
        best = self.objective.best(self.trials)
        if best is None or self.assessment is None:
            return best
        return replace(best, metrics={**best.metrics, **self.assessment.winner.metrics})

    @property
    def metric(self) -> str:
        """The searched metric."""
        return self.objective.metric

    @property
    def ranked(self) -> list[Trial]:
        """The trials that can be compared, from best to worst, then the others by number."""
        compared = self.compared
        numbers = {trial.index for trial in compared}
        return [*compared, *(trial for trial in self.trials if trial.index not in numbers)]

    @property
    def compared(self) -> list[Trial]:
        """The finished trials, then the pruned ones by their last epoch and their rank there, best first."""
        side = -1 if self.objective.goal == "maximize" else 1
        pruned = [trial for trial in self.trials if trial.index in self.reached]
        pruned.sort(key=lambda trial: (-trial.epochs, side * self.reached[trial.index], trial.index))
        return [*ranked(self.trials, self.objective.goal), *pruned]

    @property
    def total(self) -> int:
        """The number of trials that the search asks for."""
        return self.pipeline.search.trials if len(self.space) else 1

    @property
    def done(self) -> int:
        """The number of trials that have ended."""
        return sum(trial.state.done for trial in self.trials)


def read_results(folder: Path) -> Results:
    """The results of a run that may still be running.

    Raises NoRun, Mistakes where pipeline.toml is damaged, and StoreError.
    """
    with read_study(pipeline_file(folder).store, folder) as ledger:
        found = results_of(begun_with(folder, ledger.study()), ledger, tested(folder))
    has_ensemble = found.assessment is not None and found.assessment.ensemble is not None
    return replace(found, decision=decision_in(folder), ensemble=ensemble_in(folder) if has_ensemble else None)


def results_of(pipeline: Pipeline, ledger: StudyView, tested: Tested | None = None) -> Results:
    """The results in an open ledger, of a study of this resolved pipeline whose winner was `tested` then."""
    study = ledger.study()
    assert study is not None, "what has a pipeline was described"
    assert pipeline.search.asked is not None, "a resolved file says its metric"
    trials, space = ledger.trials(), space_of(pipeline)
    objective = objective_of(pipeline, pipeline.search.asked)
    history = history_of(trials, ledger, objective, space)
    inside = [trial for trial in trials if not trial.outside]
    reached = {
        trial.index: value
        for trial, value in zip(inside, history.objectives.tolist(), strict=True)
        if trial.state is TrialState.PRUNED and value == value
    }
    assessment, advice = ledger.assessment(), tuple[Advice, ...]()
    best = objective.best(trials)
    if best is None or assessment is None or assessment.trial != best.index:
        assessment = None
    if best is not None and (assessment is not None or not pipeline.trainer.needs_data):
        advice = advice_on_result(Ended(pipeline, trials, best, objective, assessment, ledger.curves, tested))
    shares = importance(space, history)
    found = trials, objective, space, shares, pipeline, reached, study.identity, assessment, advice
    return Results(*found, tested=tested, origins=study.origins)


def model_of(folder: Path, named: ModelName | None = None) -> Path:
    """The file of a run's best model or ensemble; of the ensemble where it has one and the caller names neither.

    Raises StoreError, and NotAModel with the reason where there is no model.
    """
    file = ensemble_file(folder)
    if named != "best" and os.path.lexists(file):
        return file
    if named == "ensemble":
        pipeline_file(folder)  # raises if this is no run
        raise NotAModel(
            f"{file}: missing; `pipe run` writes it at its end where [search] has ensemble = 16, say, or prints why not"
        )
    file = best_file(folder)
    if os.path.lexists(file):
        return file
    found = read_results(folder)
    if found.objective.best(found.trials) is not None or (found.done < found.total):
        done = f"{found.done} of {found.total} trials are done"
        raise NotAModel(f"{file}: missing; `pipe run` of its pipeline writes it, or reports why it cannot; {done}")
    why = without_winner(found.trials, found.objective.goal, found.objective.conditions)
    raise NotAModel(f"{folder}: there is no model: {why}")
