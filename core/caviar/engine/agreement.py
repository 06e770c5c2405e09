"""Resuming: whether what is asked for now agrees with what a study was begun with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.config.dump import changed, to_toml
from caviar.config.resolved import versions_of
from caviar.engine.identity import numeric_identity
from caviar.engine.job import Work
from caviar.engine.objective import Objective
from caviar.interfaces.store import Ledger, StudyRecord
from caviar.registry.load import name_of, version_of
from caviar.values.problem import Problem

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

# What may differ: none of it changes a trial. The data's path is free because its content is compared.
_FREE = ("check", "data.path", "executor", "reporter", "search.trials", "store", "trainer.population")


class Refused(Problem):
    """The folder holds a study of something else; the message says what differs and what to do."""


def record_of(pipeline: Pipeline, work: Work, objective: Objective) -> StudyRecord:
    """What a study of this pipeline is about. Beside the file's plugins those count that were filled in for "auto"."""
    metric = objective.metric.split(".", 1)[1]
    filled = [work.backend, *([work.metrics[metric]] if metric in work.metrics else [])]
    plugins = versions_of(work.pipeline) | {f"{p.kind}.{name_of(type(p))}": version_of(type(p)) for p in filled}
    return StudyRecord(
        file=to_toml(pipeline),
        identity=numeric_identity(pipeline.trainer.dtype, name_of(type(work.backend))),
        fingerprint=work.datasets[0].fingerprint,
        plugins=plugins,
        metric=objective.metric,
        goal=objective.goal,
    )


def agree(ledger: Ledger, now: StudyRecord, trials: int, folder: Path) -> None:
    """Refuses to mix two studies, else notes what this one is about. Raises Refused."""
    before = ledger.study()
    if before is not None:
        reason = _difference(before, now, len(ledger.trials()), trials)
        if reason:
            raise Refused(f"{folder} {reason}; or give it another name (--set name=…) or folder (--runs), or delete it")
    ledger.describe(now)


def _difference(before: StudyRecord, now: StudyRecord, known: int, trials: int) -> str | None:
    """Why two records cannot be one study, and the first way out."""
    if before.fingerprint != now.fingerprint:
        return "was begun with other data: its content has changed; put the old data back"
    keys = [key for key in changed(before.file, now.file) if not _is_free(key)]
    if keys:
        return f"was begun with another file; changed: {', '.join(keys)}; change it back"
    moved = _moved({**before.identity, **before.plugins}, {**now.identity, **now.plugins})
    if moved:
        return f"was begun on another system, where bits may differ: {moved}; go back to that one"
    if known > trials:
        return f"has {known} trials already, and search.trials = {trials} is the total; ask for {known} or more"
    return None


def _is_free(key: str) -> bool:
    return any(key == free or key.startswith(f"{free}.") for free in _FREE)


def _moved(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    keys = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    return "; ".join(f"{key} {before.get(key, 'absent')} -> {now.get(key, 'absent')}" for key in keys)
