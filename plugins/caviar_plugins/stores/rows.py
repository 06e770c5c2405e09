"""Trials and studies as rows, values as JSON: what was written comes back, to the bit and to the type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite, isnan, nan
from typing import Any

from caviar import EarlierTrial, Retest, StudyRecord, Trial, TrialRecord, TrialState

STUDY = "file, identity, fingerprint, plugins, metric, goal, earlier"
TRIAL = (
    'number, round, coordinates, "values", state, epochs, objective, reason, metrics, violation, seconds, retests,'
    " trace"
)


def study_row(study: StudyRecord) -> tuple[Any, ...]:
    """In the order of STUDY."""
    earlier = [([*map(_cell, trial_row(each.trial))], [*map(_number, each.curve)]) for each in study.earlier]
    named = study.file, _json(study.identity), study.fingerprint, _json(study.plugins)
    return *named, study.metric, study.goal, _json(earlier)


def study_of(row: tuple[Any, ...]) -> StudyRecord:
    """The inverse."""
    file, identity, fingerprint, plugins, metric, goal, rows = row
    earlier = (
        EarlierTrial(trial_of(tuple(map(_as_cell, each))), tuple(map(_as_number, curve)))
        for each, curve in json.loads(rows)
    )
    return StudyRecord(file, json.loads(identity), fingerprint, json.loads(plugins), metric, goal, tuple(earlier))


def trial_row(trial: Trial) -> tuple[Any, ...]:
    """In the order of TRIAL."""
    return (
        trial.index,
        trial.round,
        _json([_number(coordinate) for coordinate in trial.point]),
        _json({path: _value(value) for path, value in trial.values.items()}),
        trial.state.value,
        trial.epochs,
        trial.objective,
        trial.reason,
        _json({name: _number(value) for name, value in trial.metrics.items()}),
        trial.violation,
        trial.seconds,
        _json([_retest_row(retest) for retest in trial.retests]),
        trial.trace,
    )


def trial_of(row: tuple[Any, ...]) -> Trial:
    """The inverse."""
    index, round_, point, values, state, epochs, objective, reason, metrics, violation, seconds, retests, trace = row
    return Trial(
        index,
        round_,
        tuple(_as_number(coordinate) for coordinate in json.loads(point)),
        {path: _as_value(value) for path, value in json.loads(values).items()},
        TrialState(state),
        epochs,
        {name: _as_number(value) for name, value in json.loads(metrics).items()},
        objective,
        reason,
        violation,
        seconds,
        tuple(_retest_of(each) for each in json.loads(retests)),
        trace,
    )


def _retest_row(retest: Retest) -> list[Any]:
    metrics = {name: _number(value) for name, value in retest.metrics.items()}
    objective = None if retest.objective is None else _number(retest.objective)
    return [retest.round, retest.state.value, objective, metrics, retest.reason, retest.trace]


def _retest_of(row: list[Any]) -> Retest:
    round_, state, objective, metrics, *told = row
    metrics = {name: _as_number(value) for name, value in metrics.items()}
    return Retest(round_, TrialState(state), None if objective is None else float(objective), metrics, *told)


def metric_rows(record: TrialRecord) -> Iterator[tuple[Any, ...]]:
    """(trial, attempt, epoch, name, value); SQLite takes a NaN for null and keeps infinities."""
    if record.metrics is None:
        return
    for epoch, values in enumerate(record.metrics.values[0].tolist(), start=record.metrics.first):
        for name, value in zip(record.metrics.names, values, strict=True):
            yield record.trial.index, record.attempt, epoch, name, value


def curves_of(rows: Iterable[tuple[int, int, float | None]]) -> Mapping[int, list[float]]:
    """(trial, epoch, value), rising -> one curve per trial, NaN for an epoch that is missing."""
    curves: dict[int, list[float]] = {}
    for trial, epoch, value in rows:
        curve = curves.setdefault(trial, [])
        curve.extend([nan] * (epoch - 1 - len(curve)))
        curve.append(nan if value is None else value)
    return curves


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False)


def _number(value: float) -> float | str | None:
    """JSON has neither NaN nor infinities."""
    return None if isnan(value) else float(value) if isfinite(value) else str(float(value))


def _as_number(value: float | str | None) -> float:
    return nan if value is None else float(value)


def _cell(value: Any) -> Any:
    """SQLite's cell in JSON: an infinity is a list of its name."""
    return [str(value)] if isinstance(value, float) and not isfinite(value) else value


def _as_cell(value: Any) -> Any:
    return float(value[0]) if isinstance(value, list) else value


def _value(value: Any) -> Any:
    """Tuples, which fields hold, are plain JSON arrays; lists are marked."""
    if isinstance(value, list):
        return {"list": [_value(each) for each in value]}
    return [_value(each) for each in value] if isinstance(value, tuple) else value


def _as_value(value: Any) -> Any:
    if isinstance(value, dict):
        return [_as_value(each) for each in value["list"]]
    return tuple(_as_value(each) for each in value) if isinstance(value, list) else value
