"""The loss of a run: the one that its file names, if it fits the task, or the task's own."""

from __future__ import annotations

from caviar.config.declaration.pipeline import Pipeline
from caviar.interfaces.data import DataError
from caviar.interfaces.loss import Loss
from caviar.interfaces.trainer import Trainer
from caviar.registry.load import load, name_of
from caviar.values.problem import LateMistake
from caviar.values.task import Task, TaskKind

_LOSSES: dict[TaskKind, str] = {"classification": "softmax-cross-entropy", "regression": "squared"}


class UnfitLoss(LateMistake):
    """The loss that the file names is for another task, or for other classes."""

    def __init__(self, reason: str) -> None:
        super().__init__(("trainer", "loss"), reason)


def named_loss(pipeline: Pipeline, task: Task) -> Loss | None:
    """The loss that the file names, None where it names none. Raises UnfitLoss."""
    loss = getattr(pipeline.trainer, "loss", None)
    if not isinstance(loss, Loss):
        return None
    if loss.task != task.kind:
        raise UnfitLoss(
            f"'{name_of(type(loss))}' is for {loss.task}, but the target {', '.join(task.targets)} makes this a "
            f"{task.kind}; leave the loss out, or set data.task"
        )
    try:
        loss.outputs(task)
    except DataError as error:
        raise UnfitLoss(str(error)) from None
    return loss


def with_loss(pipeline: Pipeline, task: Task) -> Trainer:
    """The trainer with the task's loss where it leaves that open. Raises UnfitLoss."""
    trainer = pipeline.trainer
    if "loss" not in type(trainer).model_fields or not trainer.needs_data or named_loss(pipeline, task):
        return trainer
    return trainer.model_copy(update={"loss": load("loss", _LOSSES[task.kind])()})
