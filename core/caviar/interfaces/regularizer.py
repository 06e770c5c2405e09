"""Regularizer: adds a penalty's gradient before the optimizer's step."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.slot import Layout


class Regularizer(Plugin):
    """Two axes: buffers (members, size), tunables (members, 1). The layout tells weights, biases, gamma and beta.

    The reported loss does not contain penalties.
    """

    kind: ClassVar[str] = "regularizer"
    interface: ClassVar[int] = 1

    @abstractmethod
    def add(self, parameters: Array, gradients: Array, layout: Layout) -> None:
        """Adds the penalty's gradient to `gradients`, in place."""
