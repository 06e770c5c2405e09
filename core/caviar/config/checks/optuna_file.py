"""Reads Optuna studies without Optuna: the goals of each study in an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from caviar.config.declaration.pipeline import OptunaStudy
from caviar.config.hints.suggestions import closest

SQLITE = b"SQLite format 3\0"
_STUDIES = """
SELECT study_name, direction FROM studies JOIN study_directions USING (study_id) ORDER BY study_id, objective
"""


def is_storage(file: Path) -> bool:
    """Whether a file may be a storage, by its first bytes: SQLite or a journal, whose lines are JSON objects."""
    with file.open("rb") as opened:
        first = opened.read(len(SQLITE))
    return first == SQLITE or first.startswith(b"{")


def goals_in(file: Path) -> dict[str, list[str]] | None:
    """The goals of each study by name; None if only Optuna can read them."""
    with file.open("rb") as opened:
        if opened.read(len(SQLITE)) != SQLITE:
            return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(_STUDIES).fetchall()
    except sqlite3.Error:  # damaged, locked, or of another version of Optuna
        return None
    found: dict[str, list[str]] = {}
    for name, goal in rows:
        found.setdefault(name, []).append(goal.lower())
    return found


def wrong_study(source: OptunaStudy, names: Sequence[str]) -> str | None:
    """The reason why none of a storage's studies can be the named one."""
    if not names:
        return "contains no Optuna study; give the file or URL of its storage"
    if source.study is None and len(names) > 1:
        return f'holds {len(names)} studies, {", ".join(names)}; name one: study = "…"'
    if source.study is not None and source.study not in names:
        return f"holds no study '{source.study}'{closest(source.study, names)}"
    return None


def other_goal(name: str, goals: Sequence[str], goal: str, metric: str) -> str | None:
    """The reason why this search cannot use a study's results."""
    if list(goals) == [goal]:
        return None
    return (
        f"the study '{name}' is to {' and '.join(goals)}, this search to {goal} {metric}; give one with the same goal"
    )


def chosen(source: OptunaStudy, goals: Mapping[str, Sequence[str]]) -> str:
    """The named study, if there is no mistake."""
    return source.study or next(iter(goals))
