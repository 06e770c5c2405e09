"""Trials and studies as rows, values as JSON, exact in bits and types."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isnan, nan
from typing import Any
from zlib import crc32

from caviar.plugin import (
    Curve,
    EarlierTrial,
    Metrics,
    Origin,
    Retest,
    StudyRecord,
    Trial,
    TrialState,
    from_json_number,
    from_plain,
    to_json_number,
    to_plain,
)

from caviar_plugins.stores.cell_types import curve_cells, origin_cells, retest_cells, study_cells, texts, trial_cells

STUDY = "file, identity, fingerprint, plugins, metric, goal, earlier, origins"
TRIAL = (
    'number, round, coordinates, "values", state, epochs, objective, reason, metrics, violation, seconds, retests,'
    " killed, trace, origins"
)
STORED = f"{TRIAL}, attempt, checksum"
CURVE = 'trial, attempt, first, "values"'
ARTIFACT = "trial, path, size, sha256"
_AT_ONCE = 1000  # rows whose JSON is decoded together
_STATES = {state.value: state for state in TrialState}


def signed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row as SQLite will return it, with its checksum."""
    cells = tuple(_stored(cell) for cell in row)
    return *cells, _checksum(cells)


def checked(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row without its last cell, the checksum. Raises ValueError if the checksum differs."""
    *cells, checksum = row
    if _checksum(cells) != checksum:
        raise ValueError(f"the checksum of {cells} is not {checksum}")
    return tuple(cells)


def _checksum(cells: Iterable[Any]) -> int:
    return crc32("\0".join(map(str, cells)).encode())


def _stored(cell: Any) -> Any:
    """A cell as SQLite returns it: it stores NaN as null and drops the sign of a zero."""
    return (None if isnan(cell) else float(cell) + 0.0) if isinstance(cell, float) else cell


def study_row(study: StudyRecord) -> tuple[Any, ...]:
    """The row of a study, in the order of STUDY."""
    earlier = [([*map(to_plain, trial_row(each.trial))], [*map(to_json_number, each.curve)]) for each in study.earlier]
    named = study.file, _json(study.identity), study.fingerprint, _json(study.plugins)
    origins = [[each.epochs, dict(each.identity)] for each in study.origins]
    return *named, study.metric, study.goal, _json(earlier), _json(origins)


def study_of(row: tuple[Any, ...]) -> StudyRecord:
    """The inverse."""
    file, identity, fingerprint, plugins, metric, goal, rows, begun = study_cells(row)
    tomllib.loads(file)
    earlier = (
        EarlierTrial(trial_of(tuple(map(from_plain, each))), tuple(map(from_json_number, curve)))
        for each, curve in json.loads(rows)
    )
    about = file, texts(identity), fingerprint, texts(plugins), metric, goal
    return StudyRecord(*about, tuple(earlier), tuple(Origin(*origin_cells(each)) for each in json.loads(begun)))


def trial_row(trial: Trial) -> tuple[Any, ...]:
    """The row of a trial, in the order of TRIAL."""
    return (
        trial.index,
        trial.round,
        _json([to_json_number(coordinate) for coordinate in trial.point]),
        _json({path: to_plain(value) for path, value in trial.values.items()}),
        trial.state.value,
        trial.epochs,
        None if trial.objective is None else float(trial.objective),
        trial.reason,
        _json({name: to_json_number(value) for name, value in trial.metrics.items()}),
        float(trial.violation),
        float(trial.seconds),
        _json([_retest_row(retest) for retest in trial.retests]),
        trial.killed,
        trial.trace,
        _json(trial.origins),
    )


def trial_of(row: tuple[Any, ...]) -> Trial:
    """The inverse."""
    (trial,) = trials_of([row])
    return trial


def trials_of(rows: Sequence[tuple[Any, ...]]) -> list[Trial]:
    """The inverse, of several rows: their JSON is decoded at once, which takes a third of the time."""
    text = ",".join(f"[{row[2]},{row[3]},{row[8]},{row[11]},{row[14]}]" for row in rows)
    return [_trial(row, *decoded) for row, decoded in zip(rows, json.loads(f"[{text}]"), strict=True)]


def _trial(
    row: tuple[Any, ...],
    point: list[Any],
    values: dict[str, Any],
    metrics: dict[str, Any],
    retests: list[Any],
    origins: list[int],
) -> Trial:
    index, round_, _, _, state, epochs, objective, reason, _, violation, seconds, _, killed, trace, _ = trial_cells(row)
    return Trial(
        index,
        round_,
        tuple(map(from_json_number, point)),
        {path: from_plain(value) for path, value in values.items()},
        _STATES[state],
        epochs,
        {name: from_json_number(value) for name, value in metrics.items()},
        objective,
        reason,
        violation,
        seconds,
        tuple(map(_retest_of, retests)),
        killed,
        trace,
        tuple(origins),
    )


def stored_trials(rows: Sequence[tuple[Any, ...]]) -> list[Trial]:
    """The trials of rows of STORED. Raises ValueError if one is damaged."""
    whole = [checked(row)[:-1] for row in rows]
    return [trial for first in range(0, len(whole), _AT_ONCE) for trial in trials_of(whole[first : first + _AT_ONCE])]


def check_whole(rounds: Iterable[tuple[int, int]], trials: Sequence[Trial], metric: str | None) -> None:
    """Raises ValueError if trials are missing, or if an objective is not the value of the searched metric."""
    found = Counter(trial.round for trial in trials)
    if found != dict(rounds):
        raise ValueError(f"the rounds {dict(rounds)} have {dict(found)} trials")
    for trial in trials:
        measured = None if metric is None else trial.metrics.get(metric)
        if trial.state is TrialState.FINISHED and measured is not None and _stored(measured) != trial.objective:
            raise ValueError(f"trial {trial.index} has the objective {trial.objective}, and measured {measured}")


def _retest_row(retest: Retest) -> list[Any]:
    metrics = {name: to_json_number(value) for name, value in retest.metrics.items()}
    objective = None if retest.objective is None else to_json_number(retest.objective)
    return [retest.round, retest.state.value, objective, metrics, retest.reason, retest.trace]


def _retest_of(row: list[Any]) -> Retest:
    round_, state, objective, metrics, *more = retest_cells(row)
    metrics = {name: from_json_number(value) for name, value in metrics.items()}
    return Retest(round_, TrialState(state), None if objective is None else float(objective), metrics, *more)


def curve_row(curve: Curve) -> tuple[Any, ...]:
    """The row of a curve, in the order of CURVE."""
    metrics = curve.metrics
    columns = {
        name: [to_json_number(value) for value in column]
        for name, column in zip(metrics.names, metrics.values[0].T.tolist(), strict=True)
    }
    return curve.trial, curve.attempt, metrics.first, _json(columns)


def curve_of(row: tuple[Any, ...]) -> Curve:
    """The inverse."""
    import numpy

    trial, attempt, first, values = curve_cells(row)
    columns = {name: [*map(from_json_number, column)] for name, column in json.loads(values).items()}
    table = numpy.asarray([*columns.values()], dtype=numpy.float64)
    return Curve(trial, attempt, Metrics(tuple(columns), first, table.T[None]))


def curves_of(rows: Iterable[tuple[Any, ...]], metric: str) -> Mapping[int, list[float]]:
    """Rows of CURVE, rising -> one curve of a metric per trial that has it, NaN for an epoch that is missing."""
    curves: dict[int, list[float]] = {}
    key = f"{_json(metric)}: "
    for trial, _, first, values in map(curve_cells, rows):
        start = values.find(key) + len(key)
        if start >= len(key):  # only this metric's numbers are understood, which takes most of the time
            column = json.loads(values[start : values.index("]", start) + 1])
            curve = curves.setdefault(trial, [])
            curve.extend([nan] * (first - 1 - len(curve)))
            curve[first - 1 :] = map(from_json_number, column)
    return curves


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False)
