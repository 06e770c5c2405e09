"""Starts from earlier runs: their trials become history of a new study, which stores a copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from caviar.config.checks.sources import called, optuna_study
from caviar.config.declaration.dump import changed, to_toml
from caviar.config.reading.errors import Mistakes
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.search.objective import Objective
from caviar.engine.storage.run_folder import begun_with, pipeline_file
from caviar.engine.warm_start.map_to_space import TargetStudy, Unusable, map_to_space, usable
from caviar.engine.warm_start.optuna_trials import of_study
from caviar.engine.warm_start.transfer import Transfer, changes, transfer
from caviar.interfaces.store import StoreError, StudyRecord
from caviar.interfaces.strategy import Strategy
from caviar.registry.load import name_of
from caviar.values.earlier import EarlierTrial
from caviar.values.trial import Retest, Trial, TrialState


def started_from(begun: StudyRecord | None, study: TargetStudy) -> tuple[tuple[EarlierTrial, ...], tuple[str, ...]]:
    """The trials that a study started from, or starts from now, and what to report about them.

    Raises Unusable.
    """
    strategy = study.pipeline.search.strategy
    if study.pipeline.search.sources and not strategy.learns:
        return (), (f"start_from is not read: '{name_of(type(strategy))}' does not learn from earlier trials",)
    if begun is None:
        return bring(study)
    if "search.start_from" not in changed(begun.file, to_toml(study.pipeline)):
        return begun.earlier, ()
    note = f"resumes with the {len(begun.earlier)} trials it started from; start_from is not read again"
    return begun.earlier, (note,)


def bring(study: TargetStudy) -> tuple[tuple[EarlierTrial, ...], tuple[str, ...]]:
    """All usable trials, in the file's order, and a line for each source about its use.

    Raises Unusable, also where no trial of any source is of use: the study could not be given others later.
    """
    trials: list[EarlierTrial] = []
    notes = []
    for source in study.pipeline.search.sources:
        other = optuna_study(source)
        found, note = of_study(study, other) if other else _of_run(study, Path(str(source)))
        trials += found
        notes.append(f"start_from {called(source)}: {note}")
    if notes and not trials:
        told = "; ".join(note.removeprefix("start_from ") for note in notes)
        raise Unusable(f"{told}; fix this, or remove it to start without earlier trials")
    if notes:
        notes += _too_few(len(trials), study.pipeline.search.strategy)
    return tuple(trials), tuple(notes)


def _too_few(known: int, strategy: Strategy) -> tuple[str, ...]:
    """That a strategy does not learn from what it knows at the start."""
    with attribute_errors(strategy):
        enough = strategy.waits_for()
    if known >= enough:
        return ()
    learns = f"'{name_of(type(strategy))}' learns nothing from {known} trials"
    return (f"start_from: {learns}; it waits until {enough} are known, new ones too",)


def _of_run(study: TargetStudy, folder: Path) -> tuple[list[EarlierTrial], str]:
    seen = Transfer()
    if not (folder / "pipeline.toml").exists():
        raise Unusable(f"no run at {folder} (there is no pipeline.toml)")
    try:
        with pipeline_file(folder).store.read(folder) as ledger:
            record, trials = ledger.study(), ledger.trials()
            curves = ledger.curves(study.objective.metric)
        there = begun_with(folder, record) if record else None
    except Mistakes as mistakes:
        raise Unusable(f"the run at {folder} is not valid here:\n{mistakes}") from None
    except StoreError as error:
        raise Unusable(f"the run cannot be read: {error}") from None
    if record is None or there is None:
        return [], "it has not started"
    same = record.metric == study.objective.metric
    if same and record.goal != study.objective.goal:
        raise Unusable(f"{folder} was searched to {record.goal} {record.metric}, and this run is not; remove it")
    rows = [EarlierTrial(_judged(trial, study.objective, same), tuple(curves.get(trial.index, ()))) for trial in trials]
    if not same and not any(row.trial.objective is not None for row in rows if row.trial.state is TrialState.FINISHED):
        raise Unusable(
            f"{folder} searched {record.metric} and did not measure {study.objective.metric}; "
            "give a run that did, or search that metric"
        )

    def place(trial: Trial) -> tuple[float, ...]:
        like = transfer(study.pipeline, there, trial.values)
        seen.values |= like.values
        seen.homes |= like.homes
        seen.constants |= like.constants
        return map_to_space(study.space, like.values)

    taken, note = usable(study.objective, rows, place)
    more = list(changes(study.pipeline, there, seen))
    more += [] if record.fingerprint == study.fingerprint else ["its data was different"]
    more += [] if same else [f"it searched {record.metric}"]
    return taken, "; ".join([note, *more])


def _judged(trial: Trial, objective: Objective, same: bool) -> Trial:
    """The trial with its objective under this study's metric."""
    if same:
        return trial
    retests = tuple(replace(each, objective=_measured(each, objective)) for each in trial.retests)
    return replace(trial, objective=_measured(trial, objective), retests=retests)


def _measured(training: Trial | Retest, objective: Objective) -> float | None:
    worst = training.state is TrialState.DIVERGED
    return objective.worst if worst else training.metrics.get(objective.metric)
