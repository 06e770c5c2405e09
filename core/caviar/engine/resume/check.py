"""Resuming: whether a pipeline agrees with the one that a study was last run with, or its study can be migrated."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from caviar.config.declaration.dump import changed
from caviar.config.reading.errors import Mistakes
from caviar.config.reading.resolved import loads
from caviar.engine.failures.identical_failures import common_reason
from caviar.engine.model.on_disk import facts_in
from caviar.engine.resume.migration import Migration
from caviar.engine.storage.run_folder import keep_file
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.engine.training.identity import changes, forms_of, system_of
from caviar.interfaces.store import StudyRecord
from caviar.registry.load import name_of
from caviar.values.problem import Problem
from caviar.values.trial import Trial

# What may differ: it changes no trial that has been proposed. The data's paths are free: its content is compared.
_MAY_CHANGE = (
    *("check", "data.path", "data.test_path", "data.threshold", "executor", "reporter", "store"),
    *("trainer.population", "search.trials", "search.patience", "search.seconds", "search.trial_seconds"),
    *("search.baselines", "search.ensemble"),
    "search.tiers",  # the ranges that it fills in are in the file, too
)

# Of these what may not: the stored rows name files at this address.
_MUST_STAY = ("store.artifacts",)

# The numeric identity says which backend it was, and on what device.
_IN_IDENTITY = ("backend", "backend.use")

_START = "search.start_from"


class Refused(Problem):
    """The folder contains a different study: `reason` states what differs, and how to make the two agree.

    `mixable`: its trials may be mixed with those of this system where that is allowed. `name`, `runs` and `allow` are
    how the caller says a run's name, the folder of runs and that permission; as they are, in Python.
    """

    def __init__(
        self,
        folder: Path,
        reason: str,
        name: str = "name=…",
        runs: str = "runs=…",
        allow: str = "allow_other_system=True",
        mixable: bool = False,
    ) -> None:
        mix = f", or resume here and mark the trials trained here ({allow})" if mixable else ""
        super().__init__(f"{folder} {reason}{mix}; or give it another name ({name}) or folder ({runs}), or delete it")
        self.folder, self.reason, self.mixable = folder, reason, mixable


def resume(
    ledger: StudyLedger,
    now: StudyRecord,
    trials: int,
    folder: Path,
    mixed: bool = False,
    features: Collection[str] = (),
) -> tuple[StudyRecord, tuple[str, ...]]:
    """Records what a study is about; returns that, and what to tell of a file or system that is not as before.

    The trials of a study with another file, and those it started from, are migrated where they stay comparable.
    `mixed`: another numeric identity is no reason to refuse it. `features` are the columns that the data has now.
    Raises Refused rather than mix two studies; nothing has changed then.
    """
    before, known = ledger.study(), ledger.trials()
    if before is None:
        ledger.describe(now)
        return now, ()
    if before.fingerprint != now.fingerprint:
        what = _columns_moved(folder, features) or "its content has changed"
        raise Refused(folder, f"was started with different data: {what}; restore the old data")
    migration = _migration(before, now, folder)
    if reason := _difference(before, now, known, trials, migration):
        raise Refused(folder, reason)
    moved, learned = changes(system_of(before.identity), now.identity), not _nothing_learned(known)
    if moved and learned and not mixed:
        reason = f"was started on a different system, where bits may differ: {moved}; use that one"
        raise Refused(folder, reason, mixable=True)
    notes = list[str]()
    if learned and any(trial.epochs for trial in known):
        if moved:
            notes.append(f"resumed on a different system, whose trials are marked: {moved}")
        else:
            now = replace(now, identity={**now.identity, **forms_of(before.identity)})
        now = replace(now, origins=before.origins)
    moved_trials, about = migration.migrated(known) if migration and known else ([], "")
    earlier, about_earlier = migration.earlier(now.earlier) if migration else (now.earlier, "")
    now = replace(now, earlier=earlier)
    if before.file != now.file:
        kept = keep_file(folder, before.file, date.today())
        free = [key for key in changed(before.file, now.file) if _is_free(key)]
        told = [about, about_earlier, *([f"{', '.join(free)}: changes no trial before"] if free else [])]
        notes.append(f"the file has changed; {'; '.join(filter(None, told))} (the old one: {kept})")
    ledger.migrate(now, moved_trials)
    return now, tuple(notes)


def _columns_moved(folder: Path, features: Collection[str]) -> str:
    """The columns that the study's model reads and the data lacks, and those that are new; "" where it is not known."""
    facts = facts_in(folder)
    if facts is None:
        return ""
    told = (("it lacks", [*facts.features], features), ("it has in addition", [*features], facts.features))
    parts = [(words, [each for each in these if each not in others]) for words, these, others in told]
    return "; ".join(f"{words} {', '.join(map(repr, names))}" for words, names in parts if names)


def _migration(before: StudyRecord, now: StudyRecord, folder: Path) -> Migration | None:
    """What has to be migrated; None where the files differ in nothing that matters.

    Raises Refused where a file has a class of a program, which its text alone cannot make.
    """
    keys = [key for key in changed(before.file, now.file) if not _is_free(key)]
    if _START in keys and _starts_from(before):  # its trials were taken when it began, and are kept
        keys.remove(_START)
    if not keys:
        return None
    try:
        old, new = (loads(each.file, "the pipeline", without=("backend",)) for each in (before, now))
    except Mistakes:
        raise Refused(folder, _changed(keys)) from None
    return Migration(old, new, keys)


def _changed(keys: Collection[str]) -> str:
    return f"was started with a different pipeline; changed: {', '.join(keys)}; change it back"


def _difference(
    before: StudyRecord,
    now: StudyRecord,
    known: Sequence[Trial],
    trials: int,
    migration: Migration | None,
) -> str | None:
    """The reason why two records cannot be one study, and what to do."""
    if migration is not None:
        if migration.keys == ["search.strategy.trials"] and "search.trials" in changed(before.file, now.file):
            search = tomllib.loads(before.file)["search"]
            plan = f"'{search['strategy']['use']}' divided search.trials = {search['trials']} when it started"
            return f"cannot be extended: {plan}; set that number again"
        if keys := migration.refused:
            return _changed(keys)
        if migration.plan:
            name = name_of(type(migration.new.search.strategy))
            keys = tuple(migration.keys)
            return f"cannot change {', '.join(keys)}: '{name}' goes through the ranges it started with; change it back"
    nothing_learned = _nothing_learned(known)
    plugins = [dict(_proposing(each.plugins) if nothing_learned else each.plugins) for each in (before, now)]
    if migration is not None:  # a new range may need another sampler; what both have has to be the same
        plugins = [{name: each[name] for name in plugins[0] if name in plugins[1]} for each in plugins]
    if moved := changes(*plugins):
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
