"""An Optuna study, read as trials of an earlier run; needs optuna only where one is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from itertools import combinations
from math import nan
from pathlib import Path
from typing import Any

from caviar.config.checks.optuna_file import SQLITE, other_goal, wrong_study
from caviar.config.checks.sources import called
from caviar.config.declaration.pipeline import OptunaStudy, Pipeline
from caviar.config.declaration.space import PluginChoice, owners, searched_tables
from caviar.config.hints.suggestions import closest, is_synonym
from caviar.engine.warm_start.map_to_space import TargetStudy, Unusable, map_to_space, usable
from caviar.engine.warm_start.transfer import NotTransferable
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import name_of
from caviar.values.dimension import Dimension, Space
from caviar.values.earlier import EarlierTrial
from caviar.values.trial import Trial, TrialState

_STATES = {"COMPLETE": TrialState.FINISHED, "PRUNED": TrialState.PRUNED, "FAIL": TrialState.FAILED}


def of_study(study: TargetStudy, source: OptunaStudy) -> tuple[list[EarlierTrial], str]:
    """The study's usable trials, and their count. Raises Unusable."""
    other = _opened(source)
    goals = [each.name.lower() for each in other.directions]
    if text := other_goal(other.study_name, goals, study.objective.goal, study.objective.metric):
        raise Unusable(text)
    trials = other.get_trials(deepcopy=False)
    names = dict.fromkeys(name for trial in trials for name in trial.params)
    for name in source.names:
        if names and name not in names:
            raise Unusable(f"names: the study '{other.study_name}' has no parameter '{name}'{closest(name, names)}")
    meanings = {name: _meanings(name, study, source.names) for name in names}
    offset = 1 - min((step for trial in trials for step in trial.intermediate_values), default=1)
    taken, note = usable(
        study.objective,
        [_row(trial, offset) for trial in trials],
        lambda trial: _placed(study, trial.values, meanings),
    )
    guessed = {name: paths for name, paths in meanings.items() if paths and name not in (*source.names, *paths)}
    said = [f"{name} is {' or '.join(paths)}" for name, paths in guessed.items()]
    lost = [name for name, paths in meanings.items() if not paths and _fixed(study.pipeline, name) is None]
    said += [f"{', '.join(lost)}: not searched here, or ambiguous; map the names with names"] if lost else []
    return taken, "; ".join([note, *said])


def _opened(source: OptunaStudy) -> Any:
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        storage = _storage(source)
        names = optuna.get_all_study_names(storage)
        if text := wrong_study(source, names):
            raise Unusable(f"{called(source.storage)} {text}")
        return optuna.load_study(study_name=source.study or names[0], storage=storage)
    except Unusable:
        raise
    except Exception as error:  # a database, its driver and Optuna's own checks may raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise Unusable(f"{called(source)} cannot be read by Optuna: {reason}") from error
    finally:
        optuna.logging.set_verbosity(before)


def _storage(source: OptunaStudy) -> Any:
    """The storage of a file, by its first bytes: Optuna would create a database in any file."""
    import sqlite3

    from optuna.storages import JournalStorage, journal

    if not isinstance(source.storage, Path):
        return source.storage
    if not source.storage.is_file():
        raise Unusable(f"no such file: {source.storage}")
    with source.storage.open("rb") as file:
        if file.read(len(SQLITE)) != SQLITE:
            return JournalStorage(journal.JournalFileBackend(str(source.storage)))
    with closing(sqlite3.connect(f"{source.storage.absolute().as_uri()}?mode=ro", uri=True)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'studies'").fetchone():
            raise Unusable(f"{source.storage} is not an Optuna storage")
    return f"sqlite:///{source.storage.absolute()}"


def _row(trial: Any, offset: int) -> EarlierTrial:
    steps = {int(step) + offset: float(value) for step, value in trial.intermediate_values.items()}
    curve = tuple(steps.get(epoch, nan) for epoch in range(1, max(steps, default=0) + 1))
    state = _STATES.get(trial.state.name, TrialState.QUEUED)
    objective = trial.value if trial.value is not None else curve[-1] if curve else None
    kept = None if state is TrialState.FAILED else objective
    return EarlierTrial(Trial(trial.number, 0, (), trial.params, state, len(curve), {}, kept), curve)


def _meanings(name: str, study: TargetStudy, given: Mapping[str, str]) -> tuple[str, ...]:
    """The paths that a parameter may mean: by `names`, else equal to one, to its end, or to a synonym.

    Several only where no two of them can count in one trial; none where it is not clear.
    """
    if name in given:
        return (given[name],)
    dimensions, owner = study.space.dimensions, owners(study.pipeline)
    exact = [each for each in dimensions if each.path == name]
    ends = [each for each in dimensions if each.path.endswith(f".{name}")]
    words = [each for each in dimensions if each.path in owner and is_synonym(*owner[each.path], name)]
    found = exact or ends or words
    clear = all(_apart(one, other) for one, other in combinations(found, 2))
    return tuple(each.path for each in found) if clear else ()


def _apart(one: Dimension, other: Dimension) -> bool:
    """Whether two dimensions belong to different options of one choice."""
    return one.parent is not None and one.parent == other.parent and one.when != other.when


def _placed(
    study: TargetStudy, parameters: Mapping[str, Any], meanings: Mapping[str, Iterable[str]]
) -> tuple[float, ...]:
    """See `map_to_space`. A parameter that names a part which is fixed here must have the same one. Raises Unlike."""
    for name, value in parameters.items():
        part = None if meanings[name] else _fixed(study.pipeline, name)
        if part is not None and str(value).lower() != name_of(type(part)):
            raise NotTransferable(f"with another {part.kind}")
    return map_to_space(study.space, _values(parameters, meanings, study.space))


def _fixed(pipeline: Pipeline, name: str) -> Plugin | None:
    """The part of the pipeline that a parameter names, if it is the same in all trials."""
    field = next((each for each in searched_tables(pipeline) if is_synonym(Pipeline, each, name)), "")
    part = getattr(pipeline, field, None)
    return part if isinstance(part, Plugin) and not isinstance(part, Sampler) else None


def _values(parameters: Mapping[str, Any], meanings: Mapping[str, Iterable[str]], space: Space) -> dict[str, Any]:
    """Values by path; plugins are written small here, and in programs as their classes are."""
    values: dict[str, Any] = {}
    for name, value in parameters.items():
        for path in meanings[name]:
            small = isinstance(value, str) and isinstance(space[path].sampler, PluginChoice)
            values.setdefault(path, value.lower() if small else value)
    return values
