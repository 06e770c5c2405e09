"""Model: the network's shape, its forward and its backward pass."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from caviar.interfaces.activation import Activation
from caviar.interfaces.loss import Loss
from caviar.interfaces.normalizer import Normalizer
from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription, Operation
from caviar.values.inputs import Inputs
from caviar.values.random import Random, Streams
from caviar.values.slot import Slot, Views


@dataclass(frozen=True)
class ModelContext:
    """What a pass needs besides arrays: whether it trains, the bound parts, in training each member's random stream.

    `inputs` describes the columns of x, as `layout` received it.
    """

    training: bool
    normalizer: Normalizer
    activation: Activation
    streams: Streams | None = None
    inputs: Inputs = field(kw_only=True)


class Model(Plugin):
    """x is (members or 1, batch, inputs.width), tunables are (members, 1, 1).

    Parameters and statistics are views by slot name, ``(members, *slot.shape)``, of any rank; the engine owns the
    buffers behind them.

    Rows come flat. What a row was before is in `inputs`, given to `layout` and to each pass (`context.inputs`): images
    as `x.reshape(*x.shape[:2], *inputs.shape)`, which is (members or 1, batch, 28, 28) or (…, 3, 32, 32); a column of a
    table as `x[..., column.offset : column.stop]`, with its kind and levels. A model that does not care takes
    `inputs.width`. `layout` is asked again whenever parameters are laid out, so its answer must depend on its arguments
    and the model's fields alone.

    Order of calls, in the process that trains, on the bound model::

        layout(...)                        by `pipe check`; then once for a population, before anything else
        initial(...)                       once for a trial, before its first step
        forward(...), backward(...)        each step, or `differentiate`, which does both
        forward(...)                       after each epoch, to measure, with `context.training` false
        folded(...)                        once for a saved model, in the process that predicts

    In training, `forward` may change the statistics in place, and `backward` fills every gradient view; parameters and
    x are never changed. All randomness comes from `context.streams`, and members are independent: each is the same
    alone and in a population. An exception fails the trial that it is raised for; see Trainer.
    """

    kind: ClassVar[str] = "model"
    interface: ClassVar[int] = 2

    activation: Activation
    """Every model says its default."""
    smallest_batch: ClassVar[int] = 1
    """A left-over mini-batch of fewer rows joins the one before it."""

    side_by_side: ClassVar[int] = 200_000
    """Most parameters, of all members together, in one pass on a processor; at least two members.

    More members share the cost of a step's calls, fewer find more of their numbers in cache. Measured on one core with
    1 MB of second and 32 MB of third cache, with NumPy and with compiled kernels.
    """

    @abstractmethod
    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        """The slots of one member's parameters and statistics, in order, not yet placed in a buffer.

        Raises ValueError where the inputs are none that it can take, such as a table for a model of images; `pipe
        check` reports it.
        """

    def initial(self, inputs: Inputs, outputs: int, streams: tuple[Random, ...]) -> Mapping[str, Array]:
        """Initial values by slot name, NumPy arrays of shape (members, …), where no `Initial` says them.

        Called on the bound model with a stream for each member. Slots that are not in it begin as they say.
        """
        return {}

    @abstractmethod
    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        """The output (members, batch, outputs), before the loss's own function, and the cache for `backward`."""

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
        """A complete training pass: fills the gradient views, returns each row's unweighted loss, (members, batch).

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

    def front_description(self, parameters: Views, inputs: Inputs) -> tuple[Operation, ...]:
        """For exporters: what becomes of the inputs before the layers of `description`, such as its embeddings."""
        return ()

    def description(self, parameters: Views, statistics: Views, normalizer: Normalizer) -> tuple[Operation, ...]:
        """For exporters: the layers of the first member at prediction, in order, without the loss's head.

        It asks activation and normalizer for their parts. A model without one cannot be exported.
        """
        raise NoDescription(self)

    def plain_because(self, normalizer: Normalizer, loss: Loss | None) -> str | None:
        """The reason why training uses plain array code although this model has compiled passes, as one sentence.

        None where it takes them, or has none. `pipe check` asks the declared model of each kind of trial, with its
        normalizer and its loss (None where the trainer has none); it must import no numerical library.
        """
        return None
