"""The MLP's compiled variant: all layers of a member in one call, with the loss between the two passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy
from caviar.plugin import Array, Loss, ModelContext, Normalizer, Views

from caviar_plugins.activations.gelu_kernel import CompiledGELU
from caviar_plugins.activations.mish import Mish
from caviar_plugins.activations.relu_kernel import CompiledReLU
from caviar_plugins.activations.selu import SELU
from caviar_plugins.activations.silu_kernel import CompiledSiLU
from caviar_plugins.activations.tanh import Tanh
from caviar_plugins.blas import quick_pieces
from caviar_plugins.kernels import aligned, compile_meanwhile, compiled, walkable
from caviar_plugins.losses.softmax_cross_entropy_kernel import CompiledSoftmaxCrossEntropy, cross_entropy, shares
from caviar_plugins.models import mlp_general as general
from caviar_plugins.models import mlp_passes as passes
from caviar_plugins.models.folded import Folded
from caviar_plugins.models.folded_kernel import CompiledFolded
from caviar_plugins.models.front import front_backward
from caviar_plugins.models.mlp import MLP
from caviar_plugins.models.mlp_prediction import predicted
from caviar_plugins.normalizers.batchnorm_kernel import CompiledBatchNorm
from caviar_plugins.normalizers.none import NoNormalizer


class CompiledMLP(MLP):
    """Passes of networks with batch normalization before the activation or without a normalizer.

    ReLU networks without a front or residual layers have passes of their own, with softmax cross-entropy between them
    in one call. The general passes serve smooth activations, a front, residual layers and any loss; they are compiled
    where a pipeline needs them. Everything else takes the plain way, with the compiled or plain parts it has. A step's
    cost outside the products is calls and memory: here a pass is one call, and what a layer writes the next one finds
    in cache.
    """

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        if not self._fits(x, context):
            if (code := self._code(context)) is None:
                return super().forward(parameters, statistics, x, context)
            a, front = self._front(parameters, x, context)
            passed = self._pass(parameters, statistics, walkable(a), front, code, context)
            return passed.output, passed
        plan, x = self._plan(parameters, statistics), walkable(x[0])
        members, rows = len(parameters.buffer), len(x)
        if not context.training:
            epsilon = _epsilon(context.normalizer, members, x.dtype)
            return predicted(x, plan, parameters.buffer, statistics.buffer, epsilon), None
        space = aligned((members, passes.room(plan, rows)), x.dtype)
        output = numpy.empty((members, rows, plan[-1, 1]), x.dtype)
        given = *_constants(context.normalizer, parameters, statistics, members), *self._dropping(context)
        _forward(x, plan, parameters.buffer, statistics.buffer, *given, space, output, quick_pieces())
        return output, (plan, x, space)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        if isinstance(cache, _Passed):
            return self._pass_back(gradient, cache, parameters, gradients)
        if not isinstance(cache[0], numpy.ndarray):
            return super().backward(gradient, cache, parameters, gradients, context)
        plan, x, space = cache
        rate = walkable(cast("Array", self.dropout))
        _backward(walkable(gradient), x, plan, parameters.buffer, gradients.buffer, rate, space, quick_pieces())

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
        fits = self._fits(x, context)
        if context.training and not fits and (code := self._code(context)) is not None:
            a, front = self._front(parameters, x, context)
            passed = self._pass(parameters, statistics, walkable(a), front, code, context, parameters.memo)
            found, kept = loss.forward(passed.output, target)
            self._pass_back(loss.backward(kept), passed, parameters, gradients)
            return found
        known = type(loss) is CompiledSoftmaxCrossEntropy and loss.class_weights is None
        if not (known and context.training and fits):
            return super().differentiate(parameters, statistics, x, target, loss, gradients, context)
        plan, x = self._plan(parameters, statistics), walkable(x[0])
        members, rows = len(parameters.buffer), len(x)
        space, output, spare = _workspace(parameters.memo, plan, rows, x.dtype)
        losses = numpy.empty((members, rows), x.dtype)
        given = *_constants(context.normalizer, parameters, statistics, members), *self._dropping(context)
        buffers = parameters.buffer, statistics.buffer, gradients.buffer
        scoring = losses, shares(cast("CompiledSoftmaxCrossEntropy", loss), members, x.dtype), quick_pieces()
        _differentiate(x, walkable(target), plan, *buffers, *given, space, output, spare, *scoring)
        return losses

    def folded(
        self, parameters: Views, statistics: Views, normalizer: Normalizer, loss: Loss
    ) -> Callable[[Array], Array] | None:
        network = super().folded(parameters, statistics, normalizer, loss)
        if not isinstance(network, Folded) or network.residual or type(self.activation) is not CompiledReLU:
            return network
        return CompiledFolded(network.layers, network.activation, network.loss, residual=False)

    def _fits(self, x: Array, context: ModelContext) -> bool:
        normalizer = context.normalizer
        known = type(normalizer) is CompiledBatchNorm or type(normalizer) is NoNormalizer
        before = known and normalizer.place == "before-activation" and type(context.activation) is CompiledReLU
        return before and len(x) == 1 and len(self._widths()) > 0 and not (self._has_front or self._residual)

    def _code(self, context: ModelContext) -> int | None:
        """The activation's code for the general passes; None for networks that they cannot compute."""
        normalizer = context.normalizer
        known = type(normalizer) is CompiledBatchNorm or type(normalizer) is NoNormalizer
        if not (known and normalizer.place == "before-activation" and self._widths()):
            return None
        return _CODES.get(type(context.activation))

    def _pass(
        self,
        parameters: Views,
        statistics: Views,
        a: Array,
        front: Any,
        code: int,
        context: ModelContext,
        memo: dict[str, Any] | None = None,
    ) -> _Passed:
        """The general forward pass of a (members or 1, rows, inputs); `memo` keeps its buffers for the next step."""
        plan, members, (rows, dtype) = self._plan(parameters, statistics), len(parameters.buffer), (a.shape[1], a.dtype)
        apart = members if context.training else 1  # in prediction all use the same buffer, one after the other
        name = f"general workspace of {rows} rows"
        if memo is None or name not in memo:
            space = aligned((apart, general.room(plan, rows)), dtype)
            output = aligned((members, rows, int(plan[-1, 1])), dtype)
            made = space, aligned((general.CHUNK,), f"i{dtype.itemsize}"), output
            if memo is not None:
                memo[name] = made
        space, integers, output = made if memo is None else memo[name]
        if context.training:
            given = *_constants(context.normalizer, parameters, statistics, members), *self._dropping(context)
        else:
            epsilon = _epsilon(context.normalizer, members, dtype)
            given = epsilon, epsilon, numpy.zeros_like(epsilon), numpy.zeros(members, numpy.uint64), _NO_WORDS
        buffers = parameters.buffer, statistics.buffer
        quick = quick_pieces()
        training, residual = context.training, self._residual
        general.forward(a, plan, *buffers, *given, code, training, residual, space, integers, output, quick)
        return _Passed(plan, a, front, space, output)

    def _pass_back(self, gradient: Array, passed: _Passed, parameters: Views, gradients: Views) -> None:
        members, (rows, inputs) = len(parameters.buffer), passed.x.shape[1:]
        wanted = passed.front is not None
        d_x = numpy.empty((members, rows, inputs) if wanted else (members, 0, 0), gradient.dtype)
        given = parameters.buffer, gradients.buffer, self._residual, passed.space
        general.backward(walkable(gradient), passed.x, passed.plan, *given, d_x, quick_pieces())
        if wanted:
            front_backward(self._embeddings, d_x, passed.front, parameters, gradients)

    def _dropping(self, context: ModelContext) -> tuple[Array, Array, Array]:
        """Dropout rates, and the names of the random streams."""
        assert context.streams is not None, "training passes have streams"
        words = context.streams.child("dropout").named() if self._drops else _NO_WORDS
        # A copy: compiled for an array that may not be written, the draws are not vectorized (50 instead of 18 us).
        return walkable(cast("Array", self.dropout)), context.streams.keys, words

    def _plan(self, parameters: Views, statistics: Views) -> Array:
        """The rates as the passes read them."""
        if "plan" in parameters.memo:
            return cast("Array", parameters.memo["plan"])
        rows = []
        for layer in (*(f"layer{number}" for number in range(1, len(self._widths()) + 1)), "output"):
            own, running = parameters.part(layer), statistics.part(layer)
            places = (own.slot(name).start if name in own else -1 for name in ("weight", "bias", "gamma", "beta"))
            measured = (running.slot(name).start if name in running else -1 for name in ("mean", "variance"))
            rows.append((*own.slot("weight").shape, *places, *measured))
        plan: Array = numpy.asarray(rows, dtype=numpy.int64)
        parameters.memo["plan"] = plan
        return plan


@dataclass(frozen=True)
class _Passed:
    """What the general backward pass needs of the forward pass; x: the first layer's inputs."""

    plan: Array
    x: Array
    front: Any
    space: Array
    output: Array


_CODES: dict[type[Any], int] = {
    CompiledReLU: general.RELU,
    SELU: general.SELU,
    Mish: general.MISH,
    CompiledGELU: general.GELU,
    CompiledSiLU: general.SILU,
    Tanh: general.TANH,
}
_NO_WORDS = numpy.zeros(0, numpy.uint64)


def _constants(normalizer: Any, parameters: Views, statistics: Views, members: int) -> tuple[Array, Array]:
    """The weight of a mini-batch in running values, and epsilon; unused in layers without a normalizer."""
    epsilon = _epsilon(normalizer, members, parameters.buffer.dtype)
    if type(normalizer) is NoNormalizer:
        return epsilon, epsilon
    if normalizer.corrected:  # each layer counts its mini-batches, all the same
        for layer in range(2, 1 + len({slot.layer for slot in statistics.layout})):
            normalizer.share(statistics.part(f"layer{layer}"))
    return normalizer.share(statistics.part("layer1")), epsilon


def _epsilon(normalizer: Any, members: int, dtype: Any) -> Array:
    if type(normalizer) is NoNormalizer:
        return numpy.zeros((members, 1, 1), dtype)
    epsilon: Array = normalizer.epsilon + 0  # writable like its neighbours: one compiled form
    return epsilon


def _workspace(memo: dict[str, Any], plan: Array, rows: int, dtype: Any) -> tuple[Array, Array, Array]:
    """Buffers that members use one after the other: `space` of the passes, output, and integers for exponentials."""
    name = f"workspace of {rows} rows"
    if name not in memo:
        count = rows * int(plan[-1, 1])
        space, output = aligned((passes.room(plan, rows),), dtype), aligned((rows, int(plan[-1, 1])), dtype)
        memo[name] = space, output, aligned((count,), f"i{dtype.itemsize}")
    return cast("tuple[Array, Array, Array]", memo[name])


@compiled
def _forward(
    x: Array,
    plan: Array,
    parameters: Array,
    statistics: Array,
    new: Array,
    epsilon: Array,
    rate: Array,
    keys: Array,
    words: Array,
    space: Array,
    output: Array,
    quick: bool,
) -> None:
    for k in range(len(parameters)):
        constants = new[k, 0, 0], epsilon[k, 0, 0], rate[k, 0, 0]
        passes.forward(x, plan, parameters[k], statistics[k], *constants, keys[k], words, space[k], output[k], quick)


@compiled
def _backward(
    gradient: Array,
    x: Array,
    plan: Array,
    parameters: Array,
    gradients: Array,
    rate: Array,
    space: Array,
    quick: bool,
) -> None:
    for k in range(len(parameters)):
        passes.backward(gradient[k], x, plan, parameters[k], gradients[k], rate[k, 0, 0], space[k], quick)


@compiled
def _differentiate(
    x: Array,
    target: Array,
    plan: Array,
    parameters: Array,
    statistics: Array,
    gradients: Array,
    new: Array,
    epsilon: Array,
    rate: Array,
    keys: Array,
    words: Array,
    space: Array,
    output: Array,
    spare: Array,
    losses: Array,
    smoothing: Array,
    quick: bool,
) -> None:
    for k in range(len(parameters)):
        own, constants = parameters[k], (new[k, 0, 0], epsilon[k, 0, 0], rate[k, 0, 0])
        passes.forward(x, plan, own, statistics[k], *constants, keys[k], words, space, output, quick)
        cross_entropy(output, target, losses[k], spare, smoothing[k])
        passes.backward(output, x, plan, own, gradients[k], rate[k, 0, 0], space, quick)


def _backward_types(
    x: Any, target: Any, plan: Any, parameters: Any, statistics: Any, gradients: Any, new: Any, *others: Any
) -> tuple[Any, ...]:
    """What `_differentiate`, of arguments of these types, calls `passes.backward` with."""
    *_, output, _, _, _, quick = others
    space = own = parameters.copy(ndim=1)
    return output, x, plan, own, own, parameters.dtype, space, quick


compile_meanwhile(_differentiate, passes.backward, _backward_types)
