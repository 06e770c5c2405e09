"""A trained network as operations for exporters: dense layers, activations, and normalizers that cannot be folded."""

from __future__ import annotations

from caviar.plugin import Activation, Array, Normalizer, Operation, Views, namespace

from caviar_plugins.models.folded import adds, folded_layers, layer_names
from caviar_plugins.models.front import SCALE


def described(
    parameters: Views, statistics: Views, normalizer: Normalizer, activation: Activation, residual: bool
) -> tuple[Operation, ...]:
    """The first member's layers, the linear output last."""
    names = layer_names(parameters)
    folded = folded_layers(parameters, statistics, normalizer, residual)
    operations: list[Operation] = []
    for place, name in enumerate(names):
        own = parameters.part(name)
        weight, bias = _unfolded(parameters, name, place) if folded is None else folded[place]
        layer = [_dense(weight, bias)]
        if name != "output":
            inner = [activation.description_with(own)]
            if folded is None:
                inner.append(normalizer.description(own, statistics.part(name)))
                inner = inner if normalizer.place == "after-activation" else inner[::-1]
            layer.extend(inner)
            if residual and adds(place, weight):
                layer = [Operation("keep"), *layer, Operation("add")]
        operations.extend(layer)
    return tuple(operations)


def _unfolded(parameters: Views, name: str, place: int) -> tuple[Array, Array]:
    own = parameters.part(name)
    weight = own["weight"][0]
    if place == 0 and SCALE in parameters:
        weight = weight * parameters[SCALE][0, 0][:, None]
    return weight, own["bias"][0, 0] if "bias" in own else namespace(weight).zeros(weight.shape[1], dtype=weight.dtype)


def _dense(weight: Array, bias: Array) -> Operation:
    return Operation("dense", {"weight": weight, "bias": bias})
