"""The preview: what a run of a pipeline will do, from the file and the head of its data; no numerical library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from caviar.cli.preview.shapes import Shape, shapes_of
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
from caviar.config.declaration.space import searched_tables
from caviar.config.declaration.walk import alternatives
from caviar.interfaces.data import Data
from caviar.values.head import Head
from caviar.values.inputs import NO_INPUTS, Inputs
from caviar.values.task import Task, TaskKind

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_RARE = 10  # rows; a training part of 60 % of the rows lacks all of 10 once in 10,000 tables


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
    shapes, unbuilt = shapes_of(pipeline, inputs, outputs)
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
