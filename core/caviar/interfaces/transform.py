"""Transform: changes columns before training, fitted on the training part alone."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription, Operation
from caviar.values.head import Head
from caviar.values.table import Table


class Transform(Plugin):
    """Never touches the target columns, and changes no array that it is given: they are read-only.

    A column is (rows,) or a block ``(rows, *shape)``, such as images (rows, 28, 28). A transform that makes a category,
    or changes one, sets the table's `levels` and describes it in `foresee`.

    What it learned is saved with the model as arrays.

    Words are saved as numbers too: `caviar.plugin.words_to_array` and `caviar.plugin.words_from_array`.
    """

    kind: ClassVar[str] = "transform"
    interface: ClassVar[int] = 2

    @abstractmethod
    def fit(self, table: Table) -> dict[str, Array]:
        """What is learned from the training rows: named arrays of numbers."""

    @abstractmethod
    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        """Any rows, changed by what was learned."""

    def foresee(self, head: Head) -> Head:
        """The columns it will leave, as far as the data's head tells; needed where it changes their number or kind."""
        return head

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        """For exporters: what `apply` does with what was learned, in order, an operation for each column it changes.

        Without one, no model that uses the transform can be exported.
        """
        raise NoDescription(self)
