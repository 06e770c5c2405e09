"""The preview: what a run of a pipeline will do, from the file and the head of its data; no numerical library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from caviar.config.checks.data_errors import (
    column_with_gaps,
    dated_column,
    dates_to_predict,
    every_row_its_class,
    few_rows,
    no_features,
    one_value,
    rounded_target,
    several_classes,
    words_to_regress,
    wordy_column,
)
from caviar.config.checks.foreseen_rows import check_rows, fewest_to_train, foreseen_parts, learned_head
from caviar.config.checks.losses import named_loss
from caviar.config.checks.metrics import metrics_for, searched_metric
from caviar.config.checks.splits import way_of
from caviar.config.declaration.space import (
    PluginChoice,
    floats,
    parts_of,
    sampler_of,
    searched_tables,
    settle,
    space_of,
    span,
)
from caviar.config.declaration.walk import alternatives
from caviar.interfaces.backend import Backend
from caviar.interfaces.data import Data
from caviar.interfaces.model import Model
from caviar.values.dimension import Dimension
from caviar.values.head import Head
from caviar.values.inputs import Inputs
from caviar.values.problem import LateMistake
from caviar.values.task import Task, TaskKind, are_classes, is_each_its_class

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_RARE = 10  # rows; a training part of 60 % of the rows lacks all of 10 once in 10,000 tables
# Measured with getrusage on Linux: digits, 16 trials of 1 epoch, 186 MB; a CSV file of 200,000 rows of 20 numbers,
# 34 MB, 374 MB; 1,000,000 such rows, 148 MB, 842 MB.
_LIBRARIES = 150_000_000  # bytes: Python, NumPy, numba, duckdb
_TIMES_PREPARED = 3  # the table, what transforms make of it, and the inputs
_COPIES = 4  # of each parameter while training: itself, its gradient, and what an optimizer remembers


class Unbuildable(LateMistake):
    """The model cannot be built for the data; the message says with which values, and what its plugin raised."""

    def __init__(self, inputs: int, outputs: int, chosen: Sequence[str], error: Exception) -> None:
        sizes = ", ".join((*chosen, f"{inputs} inputs", f"{outputs} outputs"))
        raised = " ".join(f"{type(error).__name__}: {error}".split())
        super().__init__(("model",), f"cannot be built with {sizes}: {raised}")


@dataclass(frozen=True)
class Shape:
    """A model as it could be: the width of each step from inputs to outputs, and its parameters."""

    widths: tuple[int, ...]
    parameters: int

    def __str__(self) -> str:
        return "-".join(map(str, self.widths))


@dataclass(frozen=True)
class Preview:
    """`head` is the table without columns that only split its rows, `inputs` its width after the transforms.

    `shapes` are the smallest and the largest model; none where the trainer does not read [model] and [normalizer].
    `unbuilt` says why the model cannot be built at one end of its ranges; such trials fail.
    """

    pipeline: Pipeline
    data: Data
    head: Head
    inputs: int
    task: TaskKind
    outputs: int
    shapes: tuple[Shape, ...] = ()
    unbuilt: str = ""

    def parts(self) -> dict[str, int]:
        """Rows of the training, validation and test part; of folds those with the fewest rows to validate."""
        return foreseen_parts(self.data, self.head)

    def all_inputs_seen(self) -> bool:
        """Whether rows behind the head cannot bring words that would make more inputs."""
        return self.head.whole or all(column.kind in ("numbers", "dates") for column in self.head.features)

    def has_rare_words(self) -> bool:
        """Whether the training part may lack a word, which then makes no input."""
        rarest = [column.rarest for column in self.head.features if column.kind == "words"]
        if rarest and way_of(self.data) is not None:
            return True
        return any(rows is not None and rows < _RARE for rows in rarest)

    def all_outputs_seen(self) -> bool:
        """Whether rows behind the head cannot bring more classes."""
        return self.task == "regression" or (self.head.whole and self.head.target[0].distinct is not None)

    def population(self) -> int:
        """The most trials that are trained as one program."""
        max_population = (self.pipeline.backend or Backend).max_population
        return min(
            self.pipeline.trainer.population or max_population, self.pipeline.search.round, trials(self.pipeline)
        )

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
        """Memory of the largest process at its peak, within a factor of two: libraries, reading, inputs, training."""
        size = 4 if self.pipeline.trainer.dtype == "float32" else 8
        inputs = self.head.rows * self.inputs * _TIMES_PREPARED
        parameters = self.population() * (self.shapes[-1].parameters if self.shapes else 0) * _COPIES
        return _LIBRARIES + self.head.reading + size * (inputs + parameters)


def preview(pipeline: Pipeline) -> Preview | None:
    """The preview of a run; None where the data has no head. Raises DataError and LateMistake."""
    data = pipeline.data
    head = data.head() if data else None
    if data is None or head is None:
        return None
    task = data.task or _task(head)
    _target_fits(task, head)
    learned = learned_head(data, head)
    if not learned.features:
        raise no_features()
    check_rows(data, head)
    head = learned
    prepared = head
    for transform in pipeline.transform:
        prepared = transform.foresee(prepared)
    _inputs_fit(prepared)
    _batches_fit(pipeline, data, head)
    outputs = len(head.target) if task == "regression" else max(2, head.target[0].distinct or 2)
    if head.whole and (task == "regression" or head.target[0].distinct):
        classes = ("",) * outputs if task == "classification" else ()
        named_loss(pipeline, Task(task, tuple(each.name for each in head.target), classes))
    if data.task or head.whole:  # else the rows behind the head may make it another task
        searched_metric(pipeline, task, metrics_for(pipeline.search, task))
    inputs = prepared.inputs
    shapes, unbuilt = _shapes(pipeline, inputs, outputs)
    return Preview(pipeline, data, head, inputs.width, task, outputs, tuple(shapes), unbuilt)


def _target_fits(task: TaskKind, head: Head) -> None:
    """What would stop the run when it looks at the target. Raises DataError."""
    names = [column.name for column in head.target]
    if any(column.kind == "dates" for column in head.target):
        raise dates_to_predict(names)
    if task == "regression":
        if words := [column.name for column in head.target if column.kind == "words"]:
            raise words_to_regress(words)
        for column in head.target:
            if column.rounded:
                raise rounded_target(column.name)
        return
    if len(names) != 1:
        raise several_classes(names)
    column = head.target[0]
    if column.rounded and not column.whole:
        raise rounded_target(column.name)
    if head.whole and column.distinct == 1:
        raise one_value(column.name)
    if is_each_its_class(column.distinct or 0, head.rows if head.seen is None else head.seen):
        raise every_row_its_class(column.name, column.distinct or 0, head.rows if head.seen is None else head.seen)


def _inputs_fit(prepared: Head) -> None:
    """What would stop the run once the transforms are through. Raises DataError."""
    for column in prepared.features:
        if column.kind == "words":
            raise wordy_column(column.name)
        if column.kind == "dates":
            raise dated_column(column.name)
        if column.missing:
            raise column_with_gaps(column.name)


def _batches_fit(pipeline: Pipeline, data: Data, head: Head) -> None:
    """Raises DataError where the training part is less than one batch must be."""
    if "normalizer" not in searched_tables(pipeline):
        return
    smallest = max(each.smallest_batch for each in alternatives(pipeline.normalizer))
    rows = fewest_to_train(data, head)
    if rows is not None and rows < smallest:
        raise few_rows(rows, smallest)


def trials(pipeline: Pipeline) -> int:
    """How many trials there will be at most: the search's total, or all that there are to try."""
    search, space = pipeline.search, space_of(pipeline)
    if not len(space):
        return search.trials
    return int(min(search.trials, space.size, search.strategy.reach(space) + len(search.points)))


def steps(pipeline: Pipeline, rows: int) -> tuple[int, int] | None:
    """The fewest and the most mini-batches of an epoch, where the trainer has them."""
    sizes = alternatives(getattr(pipeline.trainer, "batch_size", None))
    if any(not isinstance(each, int) for each in sizes):
        return None
    return ceil(rows / max(sizes)), ceil(rows / min(sizes))


def _task(head: Head) -> TaskKind:
    if all(
        each.kind != "numbers" or (each.whole and are_classes(each.distinct or 0, head.rows)) for each in head.target
    ):
        return "classification"
    return "regression"


def _shapes(pipeline: Pipeline, inputs: Inputs, outputs: int) -> tuple[list[Shape], str]:
    """The model at both ends of its ranges, or at the one at which it can be built, and why not at the other.

    Raises Unbuildable where it cannot be built at either.
    """
    shapes, reasons = list[Shape](), list[Unbuildable]()
    if not {"model", "normalizer"} <= {*searched_tables(pipeline)}:
        return [], ""
    for largest in (False, True):
        try:
            shapes.append(_shape(pipeline, inputs, outputs, largest))
        except Unbuildable as error:
            reasons.append(error)
    if not shapes:
        raise reasons[0]
    return shapes, reasons[0].reason if reasons else ""


def _shape(pipeline: Pipeline, inputs: Inputs, outputs: int, largest: bool) -> Shape:
    values = {each.path: _end(each, largest) for each in space_of(pipeline).dimensions}
    try:
        parts: Any = parts_of(settle(pipeline, values))
        model: Model = parts["model"]
        slots, _ = model.layout(inputs, outputs, parts["normalizer"])
    except Exception as error:  # a plugin may raise anything
        chosen = [f"{path} = {value}" for path, value in values.items() if path.startswith("model.")]
        raise Unbuildable(inputs.width, outputs, chosen, error) from error
    widths = [slot.shape[-1] for slot in slots if slot.role == "weight"]
    return Shape((inputs.width, *widths), sum(slot.size for slot in slots))


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
