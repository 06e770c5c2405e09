"""Loss: what training minimizes, and what its outputs mean."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Self

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription, Operation
from caviar.values.task import Task, TaskKind


class Loss(Plugin):
    """output: (members, batch, outputs); target: (batch, targets), codes or scaled; tunables: (members, 1, 1).

    Output and target are read-only, because metrics use both later.
    """

    kind: ClassVar[str] = "loss"
    interface: ClassVar[int] = 1
    task: ClassVar[TaskKind]
    """The task it is for."""

    @abstractmethod
    def outputs(self, task: Task) -> int:
        """The number of outputs that the model needs. Raises DataError if the loss does not fit the task's classes."""

    def fitted(self, target: Array, task: Task) -> Self:
        """This loss fitted to the training part's targets (rows, targets), such as class frequencies.

        Called on the declared loss before it is bound, for each fold by itself.
        """
        return self

    @abstractmethod
    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        """The unweighted loss of each row, (members, batch), and the cache for `backward`."""

    @abstractmethod
    def backward(self, cache: Any) -> Array:
        """The gradient, with respect to the output, of the (weighted) mean over the batch's rows."""

    @abstractmethod
    def predict(self, output: Array) -> Array:
        """Converts outputs to predictions: probabilities per class, or the scaled targets."""

    def description(self) -> Operation:
        """For exporters: the head, as `predict` computes it. Without one, no model trained with it can be exported."""
        raise NoDescription(self)

    def weigh(self, target: Array) -> Array | None:
        """The weight of each row in means, (batch,): sum of weight * loss / sum of weight. None: all rows the same."""
        return None
