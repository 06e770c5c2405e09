"""The saved model: its members, and their combined prediction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from caviar.engine.data.comparison import Comparison
from caviar.engine.model.member import ModelMember
from caviar.interfaces.data import DataError
from caviar.registry.load import name_of
from caviar.support.dates import now
from caviar.values.arrays import Array
from caviar.values.class_decision import ClassDecision
from caviar.values.problem import Problem
from caviar.values.table import Table
from caviar.values.task import Task

if TYPE_CHECKING:
    from caviar.engine.data.prepare import Preparation


class NothingToPredict(Problem):
    """The model's trainer needs no data, so it predicts nothing."""


@dataclass(frozen=True)
class SavedModel:
    """A trained model of one or more members; for a trainer without data, only its weights.

    Members may differ in everything but what they read and predict: the columns expected and the task without the
    scale of its targets. The first is of the best trial. `metrics` are those of the model, test part included.
    `decision`: of classes, how they are chosen, None where that was not judged. `date` is when it was made, in UTC:
    it is no part of what the model is.
    """

    members: tuple[ModelMember, ...]
    metrics: Mapping[str, float]
    decision: ClassDecision | None = None
    date: str = field(default_factory=now, compare=False)

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("it has no members")
        first, *others = (_interface(each.preparation) for each in self.members)
        if any(each != first for each in others):
            raise ValueError("its members read other columns, or predict something else")

    def __reduce__(self) -> tuple[Callable[[bytes], SavedModel], tuple[bytes]]:
        """Pickled as the bytes of its file, so that a program's pickle holds no more than the file does."""
        from caviar.engine.model.on_disk import as_bytes, of_bytes

        return of_bytes, (as_bytes(self),)

    @property
    def first(self) -> ModelMember:
        """The member of the best trial, whose columns are those of all."""
        return self.members[0]

    @property
    def trial(self) -> int:
        """The number of the best trial."""
        return self.first.trial

    @property
    def task(self) -> Task:
        """The task with the threshold. It has no scales, which may differ between members."""
        threshold = self.decision.threshold if self.decision else None
        return replace(_unscaled(self.first.preparation.task), threshold=threshold)

    def predict(self, table: Table) -> Array:
        """Probabilities (rows, classes), or targets (rows, targets) in the user's units: the mean over the members.

        Raises DataError, and NothingToPredict.
        """
        self.require_prediction()
        if table.rows == 0:
            raise DataError("there are no rows to predict")
        return self.predict_each(self._prepared(table))

    def predict_each(self, inputs: Iterable[Array]) -> Array:
        """The same of rows as they are prepared for each member in turn."""
        return self._mean(each.predict_inputs(x) for each, x in zip(self.members, inputs, strict=True))

    def predict_inputs(self, x: Array) -> Array:
        """The same of rows as they are prepared for the first member; for models whose members share that."""
        return self._mean(each.predict_inputs(x) for each in self.members)

    @property
    def drawn(self) -> Mapping[int, int]:
        """How often each member counts in the mean: trial -> count."""
        return {each.trial: each.count for each in self.members}

    def comparison(self) -> Comparison:
        """Compares new rows with those that the first member was trained on, none so far."""
        read = self.first.preparation
        return Comparison(read.summary, read.kinds)

    def require_prediction(self) -> None:
        """Raises NothingToPredict if the trainer had no data."""
        trainer = self.first.pipeline.trainer
        if not trainer.needs_data:
            raise NothingToPredict(
                f"trainer '{name_of(type(trainer))}' reads no data, so its model predicts nothing; "
                "`pipe results` shows the values that won, and the model's file holds their weights"
            )

    def _mean(self, answers: Iterable[Array]) -> Array:
        return mean([*answers], [each.count for each in self.members])

    def _prepared(self, table: Table) -> Iterator[Array]:
        """The inputs of each member in turn; members that share a preparation and a dtype share them."""
        made: dict[tuple[int, str], Array] = {}
        for each in self.members:
            key = id(each.preparation), each.pipeline.trainer.dtype
            if key not in made:
                made[key] = each.preparation.inputs(table, each.pipeline.trainer.dtype)
            yield made[key]


def mean(answers: Sequence[Array], counts: Sequence[int]) -> Array:
    """The members' combined prediction: the mean of their probabilities or targets by counts, computed in float64.

    Its type is that of the members' answers. The answer of one member is returned as it is.
    """
    import numpy

    if len(answers) == 1:
        return answers[0]
    combined: Array = numpy.zeros(answers[0].shape)
    for answer, count in zip(answers, counts, strict=True):
        combined += count * answer.astype(numpy.float64)
    return (combined / sum(counts)).astype(numpy.result_type(*answers))


def _interface(preparation: Preparation) -> object:
    """What all members of a model have in common: the columns that they read, and the task."""
    each = preparation
    return each.features, each.shapes, each.words, each.dates, dict(each.levels), _unscaled(each.task)


def _unscaled(task: Task) -> Task:
    return replace(task, scales=())
