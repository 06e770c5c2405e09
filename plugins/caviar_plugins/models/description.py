"""A trained network as operations for exporters: dense layers, activations, and normalizers that cannot be folded."""

from __future__ import annotations

from caviar.plugin import Activation, Array, Normalizer, Operation, Views, namespace

from caviar_plugins.models.folded import folded_layers, layer_names
from caviar_plugins.models.front import SCALE


def described(
    parameters: Views, statistics: Views, normalizer: Normalizer, activation: Activation
) -> tuple[Operation, ...]:
    """The first member's layers, the linear output last."""
    names = layer_names(parameters)
    active = [activation.description_with(parameters.part(name)) for name in names[:-1]]
    layers = folded_layers(parameters, statistics, normalizer)
    if layers is not None:
        hidden = [each for dense, then in zip(layers[:-1], active, strict=True) for each in (_dense(*dense), then)]
        return (*hidden, _dense(*layers[-1]))
    operations: list[Operation] = []
    for place, name in enumerate(names):
        own = parameters.part(name)
        weight = own["weight"][0]
        if place == 0 and SCALE in parameters:
            weight = weight * parameters[SCALE][0, 0][:, None]
        bias = own["bias"][0, 0] if "bias" in own else namespace(weight).zeros(weight.shape[1], dtype=weight.dtype)
        operations.append(_dense(weight, bias))
        if name != "output":
            inner = [normalizer.description(own, statistics.part(name)), active[place]]
            operations.extend(inner if normalizer.place == "before-activation" else reversed(inner))
    return tuple(operations)


def _dense(weight: Array, bias: Array) -> Operation:
    return Operation("dense", {"weight": weight, "bias": bias})
