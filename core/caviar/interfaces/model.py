"""Model: the network's shape, its forward and its backward pass."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from caviar.interfaces.activation import Activation
from caviar.interfaces.loss import Loss
from caviar.interfaces.normalizer import Normalizer
from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.random import Streams
from caviar.values.slot import Slot, Views


@dataclass(frozen=True)
class ModelContext:
    """What a pass needs besides numbers: whether it trains, bound parts, in training each member's stream for it."""

    training: bool
    normalizer: Normalizer
    activation: Activation
    streams: Streams | None = None


class Model(Plugin):
    """Three axes: x (members or 1, batch, inputs), weights (members, rows, columns), tunables (members, 1, 1).

    Parameters and statistics are views by slot name; the engine owns the buffers behind them.

    Order of calls, in the process that trains, on the bound model::

        layout(...)                        by `pipe check`; then once for a population, before anything else
        forward(...), backward(...)        each step, or `differentiate`, which does both
        forward(...)                       after each epoch, to measure, with `context.training` false
        folded(...)                        once for a saved model, in the process that predicts

    In training, `forward` may change the statistics in place, and `backward` fills every gradient view; parameters and
    x are never changed. All chance comes from `context.streams`, and members never meet: each is the same alone and in
    a population. What is raised fails the trial that it is raised for; see Trainer.
    """

    kind: ClassVar[str] = "model"
    interface: ClassVar[int] = 1

    activation: Activation
    """Every model says its default."""

    @abstractmethod
    def layout(self, inputs: int, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        """Parameters and statistics of one member: slots in order, not yet placed."""

    @abstractmethod
    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        """Output (members, batch, outputs), without the loss's own function, and what backward needs."""

    @abstractmethod
    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        """Fills the gradient views; `gradient` is the loss's with respect to the output."""

    def differentiate(
        self,
        parameters: Views,
        statistics: Views,
        x: Array,
        target: Array,
        loss: Loss,
        gradients: Views,
        context: ModelContext,
    ) -> Array:
        """A whole training pass: fills the gradient views; the loss of each row, not weighed, (members, batch).

        A model with kernels may compute the loss between its two passes without leaving them.
        """
        output, cache = self.forward(parameters, statistics, x, context)
        losses, kept = loss.forward(output, target)
        self.backward(loss.backward(kept), cache, parameters, gradients, context)
        return losses

    def folded(
        self, parameters: Views, statistics: Views, normalizer: Normalizer, loss: Loss
    ) -> Callable[[Array], Array] | None:
        """For prediction: rows (rows, inputs) -> the loss's prediction of the first member, or None: use forward."""
        return None
