"""`evaluation.json` in a run's folder: what its winner predicts, summarized, so that reports need no data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.engine.failures.plugin_errors import reason_of
from caviar.engine.model.evaluate import evaluated
from caviar.engine.model.folds import Judged, together
from caviar.support.files import open_plain, write_atomically
from caviar.support.plain import from_plain, to_plain
from caviar.values.evaluation import Evaluation
from caviar.values.metric_name import MetricName

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from caviar.engine.model.saved import SavedModel
    from caviar.engine.training.job import Work

_NAME, _FORMAT = "evaluation.json", 1


def keep_evaluation(folder: Path, work: Work, model: SavedModel, found: Mapping[str, Sequence[Judged]]) -> str | None:
    """Writes the file, or replaces it: of what `model` predicts by part of the data, fold by fold.

    Returns why it could not be written: the model is not to be lost.
    """
    declared, (searched, _) = work.pipeline.data, work.searched
    drawn = MetricName.parse(searched).name, getattr(declared, "threshold", None)
    try:
        whole = {part: together(judged) for part, judged in found.items()}
        metrics = {name: metric for name, metric in work.metrics.items() if name in drawn}
        told = to_plain(asdict(evaluated(model.trial, whole, model.task, metrics)))
        written = {"format": _FORMAT, "sha256": _checksum(told), **told}
        write_atomically(folder / _NAME, f"{_text(written)}\n".encode())
    except Exception as error:  # of a plugin's arrays anything may be raised, and the disk may be full
        return f"the report has no picture of the model's predictions: {reason_of(error)}"
    return None


def read_evaluation(folder: Path, trial: int) -> Evaluation | None:
    """The evaluation of this trial; None where there is none that is as it was written: running again writes it."""
    try:
        with open_plain(folder / _NAME) as file:
            told = json.loads(file.read())
        if (told.pop("format"), told.pop("sha256")) != (_FORMAT, _checksum(told)):
            return None
        found = _adapter().validate_python(from_plain(told))
        return found if found.trial == trial else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _checksum(told: Any) -> str:
    return sha256(_text(told).encode()).hexdigest()


def _text(told: Any) -> str:
    """The same for what was read as for what was written: numbers are written with all of their digits."""
    return json.dumps(told, allow_nan=False, separators=(",", ":"))


@cache
def _adapter() -> TypeAdapter[Evaluation]:
    from pydantic import TypeAdapter

    return TypeAdapter(Evaluation)
