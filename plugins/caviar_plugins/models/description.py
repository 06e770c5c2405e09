"""A trained network as operations for exporters: dense layers, activations, and normalizers that cannot be folded."""

from __future__ import annotations

from caviar.plugin import Activation, Array, Normalizer, Operation, Views, namespace

from caviar_plugins.models.folded import folded_layers, layer_names


def described(
    parameters: Views, statistics: Views, normalizer: Normalizer, activation: Activation
) -> tuple[Operation, ...]:
    """The first member's layers, the linear output last."""
    layers = folded_layers(parameters, statistics, normalizer)
    if layers is not None:
        hidden = [each for dense in layers[:-1] for each in (_dense(*dense), activation.description())]
        return (*hidden, _dense(*layers[-1]))
    operations: list[Operation] = []
    for name in layer_names(parameters):
        own = parameters.part(name)
        weight = own["weight"][0]
        bias = own["bias"][0, 0] if "bias" in own else namespace(weight).zeros(weight.shape[1], dtype=weight.dtype)
        operations.append(_dense(weight, bias))
        if name != "output":
            inner = [normalizer.description(own, statistics.part(name)), activation.description()]
            operations.extend(inner if normalizer.place == "before-activation" else reversed(inner))
    return tuple(operations)


def _dense(weight: Array, bias: Array) -> Operation:
    return Operation("dense", {"weight": weight, "bias": bias})
