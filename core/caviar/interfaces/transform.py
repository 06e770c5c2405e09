"""Transform: changes columns before training, fitted on the training part only."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription, Operation
from caviar.values.head import Head
from caviar.values.table import Table


class Transform(Plugin):
    """Never changes the target columns, nor any array that it gets: they are read-only.

    A column is (rows,) or a block ``(rows, *shape)``, such as images (rows, 28, 28). A transform that makes a category,
    or changes one, sets the table's `levels` and describes it in `foresee`.

    What it learned is saved with the model as arrays.

    Words are saved as numbers too: `caviar.plugin.words_to_array` and `caviar.plugin.words_from_array`.
    """

    kind: ClassVar[str] = "transform"
    interface: ClassVar[int] = 2

    @abstractmethod
    def fit(self, table: Table) -> dict[str, Array]:
        """Learns from the training rows; returns named arrays of numbers."""

    @abstractmethod
    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        """Changes any rows, with what `fit` learned."""

    def foresee(self, head: Head) -> Head:
        """The columns after the transform, as far as the head shows them; needed if it changes their number or kind."""
        return head

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        """For exporters: what `apply` does, in order, as an operation for each column that it changes.

        Without one, no model that uses the transform can be exported.
        """
        raise NoDescription(self)
