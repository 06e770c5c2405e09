"""The outlook: what a run of a pipeline will do, from the file and the head of its data; no numerical library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from caviar.config.losses import named_loss
from caviar.config.metrics import metrics_for, searched_metric
from caviar.config.space import PluginChoice, floats, parts_of, sampler_of, settle, space_of, span
from caviar.config.unfit import no_rows, words_to_regress
from caviar.interfaces.backend import Backend
from caviar.interfaces.data import Data, DataError
from caviar.interfaces.model import Model
from caviar.interfaces.sampler import Sampler
from caviar.values.dimension import Dimension
from caviar.values.head import Head
from caviar.values.task import Task, TaskKind, are_classes

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

_COPIES = 4  # of each parameter while training: itself, its gradient, and what an optimizer remembers


@dataclass(frozen=True)
class Shape:
    """A model as it could be: the width of each step from inputs to outputs, and its parameters."""

    widths: tuple[int, ...]
    parameters: int

    def __str__(self) -> str:
        return "-".join(map(str, self.widths))


@dataclass(frozen=True)
class Outlook:
    """`head` is the table as read, `inputs` its width after the transforms; shapes are the smallest and the largest."""

    pipeline: Pipeline
    data: Data
    head: Head
    inputs: int
    task: TaskKind
    outputs: int
    smallest: Shape
    largest: Shape

    def parts(self) -> dict[str, int]:
        """Rows of the training, validation and test part; of folds those with the fewest rows to validate."""
        free = self.head.rows - self.head.test
        if self.data.folds:
            test = _share(free, self.data.test)
            validation = (free - test) // self.data.folds
        else:
            validation = _share(free, self.data.validation)
            test = _share(free - validation, self.data.test / (1 - self.data.validation))
        return {"training": free - validation - test, "validation": validation, "test": test + self.head.test}

    def population(self) -> int:
        """The most trials that are trained as one program."""
        together = (self.pipeline.backend or Backend).together
        return min(self.pipeline.trainer.population or together, self.pipeline.search.round, trials(self.pipeline))

    def structures(self) -> int | None:
        """How many different programs the searched structures make; None where they cannot be counted."""
        free, count = floats(self.pipeline), 1
        for dimension in space_of(self.pipeline).dimensions:
            if dimension.path not in free:
                if dimension.levels is None:
                    return None
                count *= dimension.levels
        return count

    def bytes(self) -> int:
        """Memory for the inputs and for the largest population in training, roughly."""
        size = 4 if self.pipeline.trainer.dtype == "float32" else 8
        return size * (self.head.rows * self.inputs + self.population() * self.largest.parameters * _COPIES)


def outlook(pipeline: Pipeline) -> Outlook | None:
    """What can be foreseen; None where the data tells nothing beforehand. Raises DataError and LateMistake."""
    data = pipeline.data
    head = data.head() if data else None
    if data is None or head is None:
        return None
    prepared = head
    for transform in pipeline.transform:
        prepared = transform.foresee(prepared)
    task = data.task or _task(head)
    _fits(task, head, prepared)
    if data.task or head.exact:  # else the rows behind the head may make it another task
        searched_metric(pipeline.search, task, metrics_for(pipeline.search, task))
    outputs = len(head.target) if task == "regression" else max(2, head.target[0].distinct or 2)
    if head.exact and (task == "regression" or head.target[0].distinct):
        classes = ("",) * outputs if task == "classification" else ()
        named_loss(pipeline, Task(task, tuple(each.name for each in head.target), classes))
    shapes = [_shape(pipeline, prepared.width, outputs, largest) for largest in (False, True)]
    seen = Outlook(pipeline, data, head, prepared.width, task, outputs, *shapes)
    for part in ("training", "validation"):
        if head.exact and not seen.parts()[part]:
            raise no_rows(data, head.rows, part)
    return seen


def _fits(task: TaskKind, head: Head, prepared: Head) -> None:
    """What would stop the run once it has read the data. Raises DataError."""
    for column in prepared.features:
        if column.kind == "words":
            raise DataError(f"column {column.name!r} holds words; add the transform 'one-hot'")
        if column.missing:
            raise DataError(f"column {column.name!r} has cells without a value; add the transform 'impute'")
    if task == "regression" and (words := [column.name for column in head.target if column.kind == "words"]):
        raise words_to_regress(words)


def _share(rows: int, fraction: float) -> int:
    """As the split rounds."""
    return floor(rows * fraction + 0.5)


def trials(pipeline: Pipeline) -> int:
    """How many trials there will be at most: the search's total, or all that there are to try."""
    search, space = pipeline.search, space_of(pipeline)
    if not len(space):
        return search.trials
    return int(min(search.trials, space.size, search.strategy.reach(space) + len(search.points)))


def steps(pipeline: Pipeline, rows: int) -> tuple[int, int] | None:
    """The fewest and the most mini-batches of an epoch, where the trainer has them."""
    size = getattr(pipeline.trainer, "batch_size", None)
    sizes = size.ends() if isinstance(size, Sampler) else (size,)
    if any(not isinstance(each, int) for each in sizes):
        return None
    return ceil(rows / max(sizes)), ceil(rows / min(sizes))


def _task(head: Head) -> TaskKind:
    if all(
        each.kind != "numbers" or (each.whole and are_classes(each.distinct or 0, head.rows)) for each in head.target
    ):
        return "classification"
    return "regression"


def _shape(pipeline: Pipeline, inputs: int, outputs: int, largest: bool) -> Shape:
    values = {each.path: _end(each, largest) for each in space_of(pipeline).dimensions}
    parts: Any = parts_of(settle(pipeline, values))
    model: Model = parts["model"]
    slots, _ = model.layout(inputs, outputs, parts["normalizer"])
    widths = [slot.shape[-1] for slot in slots if slot.role == "weight"]
    return Shape((inputs, *widths), sum(slot.size for slot in slots))


def _end(dimension: Dimension, largest: bool) -> Any:
    """One end of a range; of options, the largest or smallest number, else the first."""
    if isinstance(dimension.sampler, PluginChoice):
        return dimension.sampler.names[0]
    ends = sampler_of(dimension).ends()
    if not all(isinstance(each, (int, float)) for each in ends):
        return ends[0]
    return max(ends) if largest else min(ends)


def searched(pipeline: Pipeline) -> Iterator[tuple[str, str, str, str]]:
    """Path, scale, range and tier of every searched value, in words."""
    from caviar.registry.load import name_of

    for dimension in space_of(pipeline).dimensions:
        sampler = sampler_of(dimension)
        scale = f"{name_of(type(sampler))} scale" if dimension.ordered else "choice"
        yield dimension.path, scale, span(sampler), f"tier {dimension.tier}" if dimension.tier else ""
