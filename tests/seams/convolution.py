"""A third party's model: one 3x3 convolution over images, an activation, a linear output."""

from dataclasses import replace
from typing import Any

from caviar.plugin import (
    Activation,
    Array,
    Initial,
    Inputs,
    Model,
    ModelContext,
    Normalizer,
    Slot,
    Tunable,
    Views,
    namespace,
    tunable,
)
from caviar_plugins import ReLU

SIDE = 3


class Conv(Model, interface=2):
    """Images (height, width) or (channels, height, width); `filters` see 3x3 pixels of every channel."""

    filters: Tunable[int] = tunable(default=4, ge=1, tier=2)
    activation: Activation = ReLU()

    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        channels, height, width = _image(inputs)
        seen, filters = channels * SIDE * SIDE, self._filters
        flat = filters * (height - SIDE + 1) * (width - SIDE + 1)
        kernel = Slot("kernel", (SIDE, SIDE, channels, filters), "weight", self.activation.initial(seen, filters), 1)
        inside, running = (
            tuple(replace(each, name=f"inner.{each.name}", layer=1) for each in slots)
            for slots in (normalizer.slots(filters), normalizer.statistics(filters))
        )
        output = Slot("output.weight", (flat, outputs), "weight", Activation.initial(self.activation, flat, outputs), 2)
        bias = Slot("output.bias", (1, outputs), "bias", Initial("constant", 0.0), 2)
        return (kernel, *inside, output, bias), running

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        patches = self._patches(x, context.inputs)
        kernel = parameters["kernel"]
        z = patches @ kernel.reshape(len(kernel), -1, self._filters)  # (members, batch * places, filters)
        own, running = parameters.part("inner"), statistics.part("inner")
        z, normal = context.normalizer.forward(z, own, running, context.training)
        a, active = context.activation.forward(z)
        flat = a.reshape(len(kernel), x.shape[1], -1)
        output: Array = flat @ parameters["output.weight"] + parameters["output.bias"]
        return output, (patches, normal, active, flat)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        patches, normal, active, flat = cache
        gradients["output.weight"][...] = flat.swapaxes(1, 2) @ gradient
        gradients["output.bias"][...] = gradient.sum(axis=1, keepdims=True)
        d = gradient @ parameters["output.weight"].swapaxes(1, 2)
        d = context.activation.backward(d.reshape(len(d), -1, self._filters), active)
        d = context.normalizer.backward(d, normal, parameters.part("inner"), gradients.part("inner"))
        kernel = gradients["kernel"]
        kernel[...] = (patches.swapaxes(1, 2) @ d).reshape(kernel.shape)

    @property
    def _filters(self) -> int:
        filters: Any = self.filters
        return int(filters)

    def _patches(self, x: Array, inputs: Inputs) -> Array:
        """(members or 1, batch * places, 9 * channels), each row the pixels that a filter sees at one place."""
        channels, height, width = _image(inputs)
        images, rows, columns = x.reshape(*x.shape[:2], channels, height, width), height - SIDE + 1, width - SIDE + 1
        taps = [images[..., i : i + rows, j : j + columns] for i in range(SIDE) for j in range(SIDE)]
        stacked = namespace(x).stack(taps, axis=-1)  # (members, batch, channels, rows, columns, 9)
        ordered = stacked.transpose(0, 1, 3, 4, 5, 2)
        patches: Array = ordered.reshape(len(x), -1, SIDE * SIDE * channels)
        return patches


def _image(inputs: Inputs) -> tuple[int, int, int]:
    """Channels, height and width."""
    if len(inputs.shape) not in (2, 3) or min(inputs.shape[-2:]) < SIDE:
        raise ValueError(f"conv takes images of {SIDE} x {SIDE} pixels or more, not samples of shape {inputs.shape}")
    *channels, height, width = inputs.shape
    return channels[0] if channels else 1, height, width
