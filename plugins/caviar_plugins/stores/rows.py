"""Trials and studies as rows, values as JSON: what was written comes back, to the bit and to the type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite, isnan, nan
from typing import Any

from caviar import StudyRecord, Trial, TrialRecord, TrialState

STUDY = "file, identity, fingerprint, plugins, metric, goal"
TRIAL = 'number, round, coordinates, "values", state, epochs, objective, reason, metrics'


def study_row(study: StudyRecord) -> tuple[Any, ...]:
    """In the order of STUDY."""
    return study.file, _json(study.identity), study.fingerprint, _json(study.plugins), study.metric, study.goal


def study_of(row: tuple[Any, ...]) -> StudyRecord:
    """The inverse."""
    file, identity, fingerprint, plugins, metric, goal = row
    return StudyRecord(file, json.loads(identity), fingerprint, json.loads(plugins), metric, goal)


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
    )


def trial_of(row: tuple[Any, ...]) -> Trial:
    """The inverse."""
    index, round_, point, values, state, epochs, objective, reason, metrics = row
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
    )


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


def _value(value: Any) -> Any:
    """Tuples, which fields hold, are plain JSON arrays; lists are marked."""
    if isinstance(value, list):
        return {"list": [_value(each) for each in value]}
    return [_value(each) for each in value] if isinstance(value, tuple) else value


def _as_value(value: Any) -> Any:
    if isinstance(value, dict):
        return [_as_value(each) for each in value["list"]]
    return tuple(_as_value(each) for each in value) if isinstance(value, list) else value
