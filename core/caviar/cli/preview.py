"""The preview: what a run of a pipeline will do, from the file and the head of its data; no numerical library."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

from caviar.config.checks.data_errors import (
    column_with_gaps,
    dated_column,
    few_rows,
    no_features,
    wordy_column,
)
from caviar.config.checks.foreseen_rows import check_rows, fewest_to_train, foreseen_parts, learned_head
from caviar.config.checks.losses import named_loss
from caviar.config.checks.metrics import metrics_for, searched_metric
from caviar.config.checks.splits import way_of
from caviar.config.checks.target_errors import threshold_metric
from caviar.config.checks.target_head import check_target
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
from caviar.engine.analysis.cost import Sizes, Training
from caviar.interfaces.backend import Backend
from caviar.interfaces.data import Data
from caviar.interfaces.model import Model
from caviar.values.dimension import Dimension
from caviar.values.head import Head
from caviar.values.inputs import NO_INPUTS, Inputs
from caviar.values.problem import LateMistake
from caviar.values.task import Task, TaskKind

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_RARE = 10  # rows; a training part of 60 % of the rows lacks all of 10 once in 10,000 tables
_PRIMES = (2, 3, 5, 7, 11, 13)
_EXAMPLES = 16  # models between both ends of their ranges, for what a trial takes on average


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
    prepared: Inputs = NO_INPUTS

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

    def workers(self) -> int:
        """How many processes train: one per core, unless the file says otherwise."""
        executor = self.pipeline.executor
        if "workers" not in type(executor).model_fields:
            return 1
        return min(getattr(executor, "workers", None) or len(os.sched_getaffinity(0)), trials(self.pipeline))

    def sizes(self) -> Sizes:
        """What memory and seconds of the run follow from."""
        columns = (*self.head.features, *self.head.target)
        size = 4 if self.pipeline.trainer.dtype == "float32" else 8
        return Sizes(
            rows=self.parts()["training"],
            numbers=self.head.rows * self.inputs,
            table=self.head.rows * sum(4 * each.width if each.shape else 8 for each in columns),
            inputs=self.head.rows * self.inputs * size,
            reading=self.head.reading,
            trials=trials(self.pipeline) * (self.data.folds or 1),
            workers=self.workers(),
            population=ceil(self.population() / self.workers()),
            parameters=self.shapes[-1].parameters if self.shapes else 0,
            trainings=tuple(self._trainings()),
        )

    def _trainings(self) -> Iterator[Training]:
        """Trials spread evenly over the space; none on a device, whose speed is not known."""
        if not self.shapes or self.unbuilt or (self.pipeline.backend or Backend).on_device:
            return
        dimensions, rows = space_of(self.pipeline).dimensions, self.parts()["training"]
        for example in range(_EXAMPLES):
            at = {each.path: (0.5 + example * sqrt(_PRIMES[n % len(_PRIMES)])) % 1 for n, each in enumerate(dimensions)}
            values = {each.path: _between(each, at[each.path]) for each in dimensions}
            parts: Any = parts_of(settle(self.pipeline, values))
            slots, _ = parts["model"].layout(self.prepared, self.outputs, parts["normalizer"])
            steps = ceil(rows / getattr(parts["trainer"], "batch_size", rows))
            units = sum(slot.shape[-1] for slot in slots if slot.role == "weight")
            yield Training(self.pipeline.trainer.epochs, steps, sum(slot.size for slot in slots), units)


def preview(pipeline: Pipeline) -> Preview | None:
    """The preview of a run; None where the data has no head. Raises DataError and LateMistake."""
    data = pipeline.data
    head = data.head() if data else None
    if data is None or head is None:
        return None
    task = data.task or head.task
    check_target(data, task, head)
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
        known = tuple(label for label, _ in head.target[0].classes)
        classes = () if task == "regression" else known if len(known) == outputs else ("",) * outputs
        named_loss(pipeline, Task(task, tuple(each.name for each in head.target), classes))
    if data.task or head.whole:  # else the rows behind the head may make it another task
        metrics = metrics_for(pipeline.search, task)
        searched_metric(pipeline, task, metrics)
        if task == "classification":
            threshold_metric(data, head.target[0].distinct if head.whole else None, metrics)
    inputs = prepared.inputs
    shapes, unbuilt = _shapes(pipeline, inputs, outputs)
    return Preview(pipeline, data, head, inputs.width, task, outputs, tuple(shapes), unbuilt, inputs)


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


def _between(dimension: Dimension, share: float) -> Any:
    """A value so far from one end of a range to the other, about as its sampler would have it; of options one."""
    if isinstance(dimension.sampler, PluginChoice):
        return dimension.sampler.names[int(share * len(dimension.sampler.names))]
    ends = sampler_of(dimension).ends()
    if not dimension.ordered or len(ends) != 2 or not all(isinstance(each, (int, float)) for each in ends):
        return ends[int(share * len(ends))]
    low, high = min(ends), max(ends)
    value = low * (high / low) ** share if low > 0 else low + (high - low) * share
    return round(value) if all(isinstance(each, int) for each in ends) else value


def searched(pipeline: Pipeline) -> Iterator[tuple[str, str, str, str]]:
    """Path, scale, range and tier of every searched value, in words."""
    from caviar.registry.load import name_of

    for dimension in space_of(pipeline).dimensions:
        sampler = sampler_of(dimension)
        scale = f"{name_of(type(sampler))} scale" if dimension.ordered else "choice"
        yield dimension.path, scale, span(sampler), f"tier {dimension.tier}" if dimension.tier else ""
