"""Resuming: whether a pipeline agrees with the one that a study was started with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from caviar.config.declaration.dump import changed, to_toml
from caviar.config.reading.resolved import versions_of
from caviar.engine.failures.identical_failures import common_reason
from caviar.engine.resume.run_folder import NoRun, pipeline_text
from caviar.engine.search.objective import Objective
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.engine.training.identity import changes, forms_of, system_of
from caviar.engine.training.job import Work
from caviar.interfaces.metric import Metric
from caviar.interfaces.store import Store, StoreError, StudyRecord
from caviar.registry.load import name_of, version_of
from caviar.values.earlier import EarlierTrial
from caviar.values.metric_name import MetricName
from caviar.values.problem import Problem
from caviar.values.trial import Trial

# What may differ: none of it changes a trial that has ended. The data's paths are free: its content is compared.
_MAY_CHANGE = (
    *("check", "data.path", "data.test_path", "data.threshold", "executor", "reporter", "store"),
    *("trainer.population", "search.trials", "search.patience", "search.seconds", "search.trial_seconds"),
    *("search.baselines", "search.ensemble"),
)

# Of these what may not: the stored rows name files at this address.
_MUST_STAY = ("store.artifacts",)

# The numeric identity says which backend it was, and on what device.
_IN_IDENTITY = ("backend", "backend.use")

_START = "search.start_from"


class Refused(Problem):
    """The folder contains a different study: `reason` states what differs, and how to make the two agree.

    `name` and `runs` are how the caller says a run's name and the folder of runs; as they are, in Python.
    """

    def __init__(self, folder: Path, reason: str, name: str = "name=…", runs: str = "runs=…") -> None:
        super().__init__(f"{folder} {reason}; or give it another name ({name}) or folder ({runs}), or delete it")
        self.folder, self.reason = folder, reason


def judges_of(work: Work, objective: Objective) -> list[Metric]:
    """The metrics that rank trials: the searched one and those of conditions. The file may give their names only."""
    judging = (objective.metric, *(condition.metric for condition in objective.conditions))
    names = {MetricName.parse(metric).name for metric in judging}
    return [work.metrics[name] for name in sorted(names) if name in work.metrics]


def record_of(work: Work, objective: Objective, earlier: tuple[EarlierTrial, ...] = ()) -> StudyRecord:
    """The record of a job's study. Its plugins include the metrics that rank trials."""
    pipeline = work.pipeline
    judges = {f"{p.kind}.{name_of(type(p))}": version_of(type(p)) for p in judges_of(work, objective)}
    plugins = versions_of(pipeline) | judges
    return StudyRecord(
        file=to_toml(pipeline),
        identity=work.identity,
        fingerprint=work.datasets[0].fingerprint,
        plugins=plugins,
        metric=objective.metric,
        goal=objective.goal,
        earlier=earlier,
    )


def check_store(folder: Path, store: Store) -> None:
    """Raises Refused where the run in a folder has its study in another store than this one, which knows nothing of it.

    Opening an empty study there would remove the weights that the other one names.
    """
    now = name_of(type(store))
    try:
        before = tomllib.loads(pipeline_text(folder))["store"]["use"]
    except (NoRun, StoreError, ValueError, LookupError, TypeError):  # nothing is known of another one
        return
    if before != now and not _has_study(store, folder):
        reason = f"was started with the store '{before}', and '{now}' has no study of it; set store.use = '{before}'"
        raise Refused(folder, reason)


def _has_study(store: Store, folder: Path) -> bool:
    try:
        store.read(folder).close()
    except StoreError:
        return False
    return True


def check_resumable(ledger: StudyLedger, now: StudyRecord, trials: int, folder: Path) -> None:
    """Raises Refused rather than mix two studies; otherwise records what this one is about."""
    before = ledger.study()
    if before is not None:
        reason = _difference(before, now, ledger.trials(), trials)
        if reason:
            raise Refused(folder, reason)
        if any(trial.epochs for trial in ledger.trials()) and not _nothing_learned(ledger.trials()):
            now = replace(now, identity={**now.identity, **forms_of(before.identity)})
    ledger.describe(now)


def _difference(before: StudyRecord, now: StudyRecord, known: Sequence[Trial], trials: int) -> str | None:
    """The reason why two records cannot be one study, and what to do."""
    if before.fingerprint != now.fingerprint:
        return "was started with different data: its content has changed; restore the old data"
    differing = changed(before.file, now.file)
    keys = [key for key in differing if not _is_free(key)]
    if _START in keys and _starts_from(before):  # its trials were taken when it began, and are kept
        keys.remove(_START)
    if keys == ["search.strategy.trials"] and "search.trials" in differing:
        search = tomllib.loads(before.file)["search"]
        plan = f"'{search['strategy']['use']}' divided search.trials = {search['trials']} when it started"
        return f"cannot be extended: {plan}; set that number again"
    if keys:
        return f"was started with a different pipeline; changed: {', '.join(keys)}; change it back"
    nothing_learned = _nothing_learned(known)
    if not nothing_learned and (moved := changes(system_of(before.identity), now.identity)):
        return f"was started on a different system, where bits may differ: {moved}; use that one"
    if moved := changes(*(_proposing(each.plugins) if nothing_learned else each.plugins for each in (before, now))):
        code = (
            " (comments, docstrings and layout of a .py file do not count, all its functions do)"
            if ".py " in moved
            else ""
        )
        return f"was started with different plugins, which may compute something else: {moved}{code}; use those"
    if len(known) > trials:
        return (
            f"has {len(known)} trials already, and search.trials = {trials} is the total; ask for {len(known)} or more"
        )
    return None


def _nothing_learned(known: Sequence[Trial]) -> bool:
    """Whether all trials are trained again, so that only their points stand."""
    return common_reason(known) is not None


def _starts_from(record: StudyRecord) -> bool:
    return bool(record.earlier or tomllib.loads(record.file)["search"]["start_from"])


def _is_free(key: str) -> bool:
    if key in _MUST_STAY:
        return False
    return key in _IN_IDENTITY or any(key == free or key.startswith(f"{free}.") for free in _MAY_CHANGE)


def _proposing(plugins: Mapping[str, str]) -> dict[str, str]:
    """The plugins that determine the points of trials."""
    return {name: version for name, version in plugins.items() if name.startswith(("strategy.", "sampler."))}
