"""The reference of a run: what is kept when its search ends, so that it can be compared with later.

No row is kept: of the targets a summary, as the model has one of each feature, and what the model predicts for inputs
that are drawn at random.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.engine.data.summary import ColumnSummary, summarized
from caviar.engine.resume.record import record_of
from caviar.engine.revalidation.defaults import defaults_of
from caviar.engine.revalidation.system import system_now
from caviar.support.checked_json import read_checked, write_checked
from caviar.support.dates import days_since, now
from caviar.values.arrays import Array
from caviar.values.random import Random
from caviar.values.table import Table

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from caviar.engine.model.saved import SavedModel
    from caviar.engine.search.objective import Objective
    from caviar.engine.training.job import Work

_NAME, _FORMAT = "reference.json", 1
_PROBES = 16  # random inputs for which a model's predictions are kept


@dataclass(frozen=True)
class Reference:
    """`date` is when the search ended, in UTC, with the winner `trial` on data of this `fingerprint`: the model's date.

    `system` is what it ran on, `defaults` those of its plugins then, `targets` a summary of each target's training
    rows, `probes` what the winner predicts for the random inputs of `probe`, row by row.
    """

    date: str
    trial: int
    fingerprint: str
    system: dict[str, str]
    defaults: dict[str, str]
    targets: dict[str, ColumnSummary]
    probes: tuple[tuple[float, ...], ...] = ()


def reference_file(folder: Path) -> Path:
    """The file of a run's reference."""
    return folder / _NAME


def note_reference(folder: Path, work: Work, objective: Objective, model: SavedModel) -> None:
    """Keeps a run's reference in its folder, unless it is there."""
    if _known(folder, work, model) is not None:
        return
    record = record_of(work, objective)
    reference = Reference(
        model.date,
        model.trial,
        work.datasets[0].fingerprint,
        system_now(record.identity, record.plugins),
        defaults_of(work.pipeline),
        target_summaries(work),
        probe(model, work),
    )
    write_checked(reference_file(folder), {"format": _FORMAT, **asdict(reference)})


def date_of(folder: Path, work: Work, model: SavedModel) -> str:
    """When the search of a model ended: now, or as it is known. Running again what is done does not renew it."""
    known = _known(folder, work, model)
    return now() if known is None else known.date


def _known(folder: Path, work: Work, model: SavedModel) -> Reference | None:
    """The reference in a run's folder, where it is of this model."""
    known = read_reference(folder)
    if known is None or (known.trial, known.fingerprint) != (model.trial, work.datasets[0].fingerprint):
        return None
    return known if known.probes == probe(model, work) else None


def read_reference(folder: Path) -> Reference | None:
    """The reference in a run's folder; None where there is none that can be read."""
    try:
        told = read_checked(reference_file(folder))
        if told.pop("format") != _FORMAT:
            return None
        found = _adapter().validate_python(told)
        days_since(found.date)
        return found
    except (OSError, ValueError, KeyError, TypeError):
        return None


def target_summaries(work: Work) -> dict[str, ColumnSummary]:
    """A summary of each target in the training rows of the first fold; none without data."""
    data = work.datasets[0]
    if not work.pipeline.trainer.needs_data:
        return {}
    return summarized(targets_table(data.truth[data.split.train], data.task.targets, data.task.classes))


def targets_table(truth: Array, names: tuple[str, ...], classes: tuple[object, ...]) -> Table:
    """Targets as columns: classes as words, numbers as they are."""
    import numpy

    if classes:
        words = numpy.asarray([str(each) for each in classes], dtype=object)
        return Table({names[0]: words[truth[:, 0]]}, ())
    return Table({name: truth[:, place] for place, name in enumerate(names)}, ())


def probe(model: SavedModel, work: Work) -> tuple[tuple[float, ...], ...]:
    """What a model predicts for inputs from the standard normal distribution, the same at each call."""
    if not work.pipeline.trainer.needs_data:
        return ()
    return probed(model)


def probed(model: SavedModel) -> tuple[tuple[float, ...], ...]:
    """The same of a model that predicts."""
    import numpy

    first = model.first
    shape = _PROBES, first.preparation.made.width
    x = Random(0).child("probe").generator().standard_normal(shape).astype(first.pipeline.trainer.dtype)
    found = first.predict_inputs(x).astype(numpy.float64)
    return tuple(map(tuple, found.tolist())) if bool(numpy.isfinite(found).all()) else ()


@cache
def _adapter() -> TypeAdapter[Reference]:
    from pydantic import TypeAdapter

    return TypeAdapter(Reference)
