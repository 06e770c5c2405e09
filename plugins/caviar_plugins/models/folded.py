"""A trained network for prediction: normalizers merged into weights and biases, one member, rows in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from caviar.plugin import Activation, Array, Loss, Normalizer, Views, namespace

from caviar_plugins.models.front import SCALE

_BLOCK = 512  # rows: what a layer writes is still in cache when the next one reads it


@dataclass(frozen=True)
class Folded:
    """Weights (inputs, units) and biases (units,) of each layer, the output layer last; `residual`: see `adds`."""

    layers: tuple[tuple[Array, Array], ...]
    activation: Activation
    loss: Loss
    residual: bool

    def __call__(self, x: Array) -> Array:
        """Probabilities or scaled targets of rows (rows, inputs)."""
        if len(x) <= _BLOCK:
            return self._block(x)
        blocks = [self._block(x[start : start + _BLOCK]) for start in range(0, len(x), _BLOCK)]
        whole: Array = namespace(x).concatenate(blocks)
        return whole

    def _block(self, x: Array) -> Array:
        prediction: Array = self.loss.predict(self.outputs(x)[None])[0]
        return prediction

    def outputs(self, x: Array) -> Array:
        """The network's outputs for a block of rows, (rows, outputs)."""
        a = x[None]
        for place, (weight, bias) in enumerate(self.layers[:-1]):
            h, _ = self.activation.forward(a @ weight + bias)
            a = h + a if self.residual and adds(place, weight) else h
        weight, bias = self.layers[-1]
        output: Array = a[0] @ weight + bias
        return output


def folded(
    parameters: Views,
    statistics: Views,
    normalizer: Normalizer,
    activation: Activation,
    loss: Loss,
    residual: bool,
) -> Folded | None:
    """The first member's network; None if the normalizer cannot be folded, or the activation depends on the layer."""
    layers = None if activation.slots(1) else folded_layers(parameters, statistics, normalizer, residual)
    return None if layers is None else Folded(layers, activation, loss, residual)


def adds(place: int, weight: Array) -> bool:
    """Whether a hidden layer, counted from 0, of a residual network adds its input: behind one of its own width."""
    return place > 0 and weight.shape[-2] == weight.shape[-1]


def folded_layers(
    parameters: Views, statistics: Views, normalizer: Normalizer, residual: bool
) -> tuple[tuple[Array, Array], ...] | None:
    """Weight and bias of each of the first member's layers; None if the normalizer cannot be folded.

    It cannot if it depends on the row, nor behind an activation whose output is added to before the next layer.
    """
    if residual and normalizer.place == "after-activation":
        return None
    xp, dtype = namespace(parameters.buffer), parameters.buffer.dtype
    layers: list[tuple[Array, Array]] = []
    # What the front, or a normalizer after the activation, does to the next layer's inputs.
    nothing = xp.ones((), dtype=dtype), xp.zeros((), dtype=dtype)
    scale, shift = nothing if SCALE not in parameters else (parameters[SCALE][0, 0], nothing[1])
    for name in layer_names(parameters):
        own = parameters.part(name)
        weight, each_input = own["weight"][0], xp.ones(own["weight"].shape[1], dtype=dtype)
        bias = (shift * each_input) @ weight + (own["bias"][0, 0] if "bias" in own else 0)
        weight = weight * (scale * each_input)[:, None]
        scale, shift = nothing
        if name != "output":
            merged = normalizer.fold(own, statistics.part(name))
            if merged is None:
                return None
            first: list[Any] = [each if isinstance(each, float) else each[0, 0] for each in merged]
            if normalizer.place == "before-activation":
                weight, bias = weight * first[0], bias * first[0] + first[1]
            else:
                scale, shift = first
        layers.append((weight, bias))
    return tuple(layers)


def layer_names(parameters: Views) -> tuple[str, ...]:
    """The prefixes of a network's slots, the output layer last."""
    return (*(f"layer{number}" for number in range(1, 1 + _hidden(parameters))), "output")


def _hidden(parameters: Views) -> int:
    return len({slot.layer for slot in parameters.layout if slot.layer > 0}) - 1
