"""Sources: checks what `search.start_from` names, without a numerical library or data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from caviar.config.checks.metrics import asked_metric
from caviar.config.checks.optuna_file import chosen, goals_in, is_storage, other_goal, wrong_study
from caviar.config.checks.points import meant_path
from caviar.config.declaration.goal import goal_of
from caviar.config.declaration.pipeline import OptunaStudy, Pipeline
from caviar.config.declaration.space import space_of
from caviar.config.hints.suggestions import closest
from caviar.config.reading.positions import Keys
from caviar.registry.extras import install_line
from caviar.registry.index import PluginError, own_distribution
from caviar.registry.load import load
from caviar.values.metric_name import MetricName

Source: TypeAlias = str | Path | OptunaStudy

_FILES = (".db", ".sqlite", ".sqlite3", ".log", ".journal", ".json", ".csv", ".toml")


def source_complaints(pipeline: Pipeline) -> Iterator[tuple[Keys, str]]:
    """The mistakes in the sources: the keys of each place, and a sentence."""
    sources = pipeline.search.sources
    for place, source in enumerate(sources):
        keys: Keys = ("search", "start_from", place) if len(sources) > 1 else ("search", "start_from")
        study = optuna_study(source)
        if study is not None:
            yield from ((keys + more, text) for more, text in _of_study(pipeline, study))
        elif text := _of_run(pipeline, Path(str(source))):
            yield keys, text


def optuna_study(source: Source) -> OptunaStudy | None:
    """The Optuna study that a source names; None if it names a run's folder."""
    if isinstance(source, OptunaStudy):
        return source
    is_url_or_storage = isinstance(source, str) or (source.is_file() and is_storage(source))
    return OptunaStudy(storage=source) if is_url_or_storage else None


def called(source: Source) -> str:
    """A source's name in messages."""
    if isinstance(source, OptunaStudy):
        return called(source.storage) + (f" ({source.study})" if source.study else "")
    if isinstance(source, Path) and source.absolute().is_relative_to(Path.cwd()):
        return str(source.absolute().relative_to(Path.cwd()))
    return str(source)


def _of_run(pipeline: Pipeline, folder: Path) -> str | None:
    """The reason why trials of a folder cannot be used, as far as known without opening its study."""
    file = folder / "pipeline.toml"
    if folder.is_file():
        inside = (folder.parent / "pipeline.toml").is_file()
        better = f"the run's folder, {called(folder.parent)}" if inside else "a run's folder, or an Optuna study"
        return f"{called(folder)} is neither a run nor an Optuna study; give {better}"
    if not file.is_file():
        return _no_run(folder)
    try:
        theirs = tomllib.loads(file.read_text(encoding="utf-8"))["search"]["metric"]
    except (OSError, ValueError, LookupError, TypeError):
        return f"{file} is damaged; give another run"
    ours = pipeline.search.asked
    tasks = [_task(metric) for metric in (ours, theirs) if isinstance(metric, str)]
    if len(tasks) == 2 and None not in tasks and tasks[0] != tasks[1]:
        return f"{called(folder)} searched {theirs} of a {tasks[1]}, which says nothing about {ours}; give another run"
    return None


def _no_run(folder: Path) -> str:
    if folder.is_dir():
        return f"no run at {folder} (there is no pipeline.toml); give a run's folder, such as runs/digits"
    if folder.suffix.lower() in _FILES:
        return f"no such file: {folder}"
    siblings = [each.parent.name for each in folder.parent.glob("*/pipeline.toml")]
    hint = closest(folder.name, siblings) if siblings else "; give a run's folder, such as runs/digits"
    return f"no run at {folder} (there is no such folder){hint}"


def _of_study(pipeline: Pipeline, study: OptunaStudy) -> Iterator[tuple[Keys, str]]:
    if isinstance(study.storage, Path) and not study.storage.is_file():
        yield (), f"no such file: {study.storage}"
    elif find_spec("optuna") is None:
        line = install_line(own_distribution(), "optuna")
        yield (), f"reading an Optuna study needs 'optuna'; {line}"
    elif isinstance(study.storage, Path) and (goals := goals_in(study.storage)) is not None:
        if text := wrong_study(study, list(goals)):
            yield (), f"{called(study.storage)} {text}"
        elif (goal := _goal(pipeline)) and (text := other_goal(name := chosen(study, goals), goals[name], *goal)):
            yield (), text
    paths = [dimension.path for dimension in space_of(pipeline).dimensions]
    for name, path in study.names.items():
        if path not in paths:
            yield ("names", name), f"'{path}' is not searched{meant_path(pipeline, path)}"


def _goal(pipeline: Pipeline) -> tuple[str, str] | None:
    """The search's goal and metric, as far as the file states them."""
    metric = asked_metric(pipeline)
    if metric is None:
        return "maximize", "validation.accuracy or validation.r2"
    try:
        goal = goal_of(pipeline, MetricName.parse(metric))
    except PluginError:
        return None
    return (goal, metric) if goal else None


def _task(metric: str) -> str | None:
    """The task that a metric is for; None if it is for any, or unknown."""
    try:
        return getattr(load("metric", MetricName.parse(metric).name), "task", None)
    except PluginError:
        return None
