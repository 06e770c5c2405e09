"""JSON lines: a line for each trial that has ended, with its curves."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from caviar.plugin import Array, RunInfo, RunView, Summary, Trial, write_atomically

from caviar_plugins.reporters.each_trial import EachTrial


class JSONLines(EachTrial, interface=1):
    """Writes trials.jsonl in the run's folder: a line when a trial ends, as soon as it ends.

    A run that starts writes the lines of trials that ended before anew; a run that ends writes all once more, in the
    order of their numbers and with their re-tests. NaN and infinities, which JSON lacks, are null.
    """

    def begin(self, run: RunInfo, view: RunView) -> Container[int]:
        _path(run).unlink(missing_ok=True)
        return ()

    def write(self, run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> None:
        line = _line(trial, curves).encode()
        with _path(run).open("ab", buffering=0) as file:
            whole = file.tell()
            try:
                while line:
                    line = line[file.write(line) :]
            except OSError:  # as on a full disk: the line is tried again, and must not follow a part of itself
                file.truncate(whole)
                raise

    def finish(self, run: RunInfo, view: RunView, summary: Summary | None) -> None:
        ended = [trial for trial in view.trials if trial.state.done]
        text = "".join(_line(trial, view.curves_of(trial.index)) for trial in ended)
        write_atomically(_path(run), text.encode())


def _path(run: RunInfo) -> Path:
    return run.folder / "trials.jsonl"


def _line(trial: Trial, curves: Mapping[str, Array]) -> str:
    told: dict[str, Any] = {
        "trial": trial.index,
        "round": trial.round,
        "state": trial.state.value,
        "epochs": trial.epochs,
        "seconds": round(trial.seconds, 3),
        "objective": _number(trial.judged),
        "runs": _numbers(trial.runs),
        "feasible": trial.feasible,
        "reason": trial.reason,
        "values": dict(trial.values),
        "metrics": {name: _number(value) for name, value in trial.metrics.items()},
        "curves": {name: _numbers(curve.tolist()) for name, curve in curves.items()},
    }
    return json.dumps(told, allow_nan=False) + "\n"


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else float(value)
