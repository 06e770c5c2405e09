"""Embedding: learned numbers in place of columns of the input."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription, Operation
from caviar.values.inputs import InputColumn, Inputs
from caviar.values.slot import Slot, Views


class Embedding(Plugin):
    """Replaces the columns that it takes by learned functions of them; tunables are (members, 1, 1).

    A model asks `takes` for each column of its inputs, and gives the embedding an x of these columns alone, in their
    order, with `inputs` that describe them. All other columns reach the model's first layer as they are. An embedding
    that takes none of a table's columns is left out: its other methods are not called.

    Parameters and gradients are views by the names of its own slots, ``(members, *slot.shape)``. Members are
    independent: each is the same alone and in a population.
    """

    kind: ClassVar[str] = "embedding"
    interface: ClassVar[int] = 1

    @abstractmethod
    def takes(self, column: InputColumn) -> bool:
        """Whether it embeds a column; the answer depends on the column and on fields that are no tunable numbers."""

    @abstractmethod
    def layout(self, inputs: Inputs) -> tuple[tuple[Slot, ...], int]:
        """The slots of one member, and the number of values in a row of the output; `inputs` are its columns alone."""

    @abstractmethod
    def forward(self, parameters: Views, x: Array, inputs: Inputs) -> tuple[Array, Any]:
        """The output (members, batch, width) of x (members or 1, batch, inputs.width), and the cache for `backward`."""

    @abstractmethod
    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views) -> None:
        """Fills the gradient views, given the gradient with respect to the output. None is needed for x."""

    def description(self, parameters: Views, inputs: Inputs) -> Operation:
        """For exporters: its formula, of x (rows, inputs.width), as `forward` computes it for the first member.

        Called on the bound embedding. Without one, no model with it can be exported. The model adds `columns`.
        """
        raise NoDescription(self)
