"""`evaluation.json` in a run's folder: what its winner predicts, summarized, so that reports need no data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.engine.failures.plugin_errors import reason_of
from caviar.engine.model.evaluate import evaluated
from caviar.engine.model.folds import Judged, together
from caviar.support.checked_json import read_checked, write_checked
from caviar.support.plain import from_plain, to_plain
from caviar.values.evaluation import Evaluation
from caviar.values.metric_name import MetricName

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from caviar.engine.model.saved import SavedModel
    from caviar.engine.training.job import Work

_NAME, _FORMAT = "evaluation.json", 2


def evaluation_file(folder: Path) -> Path:
    """The file of a run's evaluation."""
    return folder / _NAME


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
        write_checked(evaluation_file(folder), {"format": _FORMAT, **told})
    except Exception as error:  # of a plugin's arrays anything may be raised, and the disk may be full
        return f"the report has no picture of the model's predictions: {reason_of(error)}"
    return None


def read_evaluation(folder: Path, trial: int) -> Evaluation | None:
    """The evaluation of this trial; None where there is none that is as it was written: running again writes it."""
    try:
        told = read_checked(evaluation_file(folder))
        if told.pop("format") != _FORMAT:
            return None
        found = _adapter().validate_python(from_plain(told))
        return found if found.trial == trial else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@cache
def _adapter() -> TypeAdapter[Evaluation]:
    from pydantic import TypeAdapter

    return TypeAdapter(Evaluation)
