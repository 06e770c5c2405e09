"""Trials and their curves as columns, and as CSV text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from caviar.text.origin_marks import origin_marks
from caviar.values.arrays import Array
from caviar.values.trial import Trial


def trial_columns(trials: Iterable[Trial]) -> dict[str, list[Any]]:
    """A row for each trial, a column for each hyperparameter and metric; None where a trial has no value."""
    rows = list(trials)
    columns: dict[str, list[Any]] = {
        "trial": [trial.index for trial in rows],
        "round": [trial.round for trial in rows],
        "state": [trial.state.value for trial in rows],
        "epochs": [trial.epochs for trial in rows],
        "seconds": [trial.seconds for trial in rows],
        "objective": [trial.judged for trial in rows],
        "feasible": [trial.feasible for trial in rows],
        "reason": [trial.reason for trial in rows],
    }
    if marks := origin_marks(rows):
        columns["origin"] = [*marks.values()]
    for path in dict.fromkeys(path for trial in rows for path in trial.values):
        columns[path] = [trial.values.get(path) for trial in rows]
    for metric in dict.fromkeys(metric for trial in rows for metric in trial.metrics):
        columns[metric] = [trial.metrics.get(metric) for trial in rows]
    return columns


def epoch_columns(curves: Mapping[str, Mapping[int, Array]]) -> dict[str, list[Any]]:
    """A row for each epoch of each trial, a column for each metric, of curves by metric and trial.

    None where a metric has no value for an epoch.
    """
    long = dict[int, int]()
    for each in curves.values():
        for trial, curve in each.items():
            long[trial] = max(long.get(trial, 0), len(curve))
    rows = [(trial, epoch) for trial in sorted(long) for epoch in range(long[trial])]
    columns: dict[str, list[Any]] = {
        "trial": [trial for trial, _ in rows],
        "epoch": [epoch + 1 for _, epoch in rows],
    }
    for metric, each in curves.items():
        lists = {trial: [float(value) for value in curve] for trial, curve in each.items()}
        columns[metric] = [lists[trial][epoch] if epoch < len(lists.get(trial, ())) else None for trial, epoch in rows]
    return columns


def csv_text(columns: Mapping[str, Sequence[Any]]) -> str:
    """Columns of equal length as CSV with a header.

    Numbers have all their digits; None is an empty cell, a list or a table is JSON.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(map(_cell, row))
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, float) else json.dumps(value)
