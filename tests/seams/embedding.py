"""A third party's model of tables: each category as a learned vector, beside the numbers, before a linear output."""

from typing import Any

from caviar.plugin import (
    Activation,
    Array,
    Initial,
    InputColumn,
    Inputs,
    Model,
    ModelContext,
    Normalizer,
    Slot,
    Views,
    namespace,
    setting,
)
from caviar_plugins import Tanh


class Embedding(Model, interface=2):
    """A one-hot block of flags, or codes, becomes `size` learned numbers; a row without a level has zeros."""

    size: int = setting(default=3, ge=1)
    activation: Activation = Tanh()

    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        words = [column for column in inputs.columns if column.kind == "category"]
        if not words:
            raise ValueError("embedding needs a category among the inputs; they are numbers and flags")
        tables = (
            Slot(f"embedding.{column.name}", (column.levels, self.size), "embedding", Initial("normal", 0.5), 1)
            for column in words
        )
        wide = len(words) * self.size + sum(column.width for column in inputs.columns if column.kind != "category")
        first = self.activation.initial(wide, outputs)
        bias = Slot("output.bias", (1, outputs), "bias", Initial("constant", 0.0), 2)
        return (*tables, Slot("output.weight", (wide, outputs), "weight", first, 2), bias), ()

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        xp, members = namespace(x), len(parameters["output.weight"])
        parts, flags = [], {}
        for column in context.inputs.columns:
            own = x[..., column.offset : column.stop]
            if column.kind == "category":
                flags[column.name] = own = _flags(own, column)
                parts.append(own @ parameters[f"embedding.{column.name}"])
            else:
                parts.append(xp.broadcast_to(own, (members, *own.shape[1:])))
        a, kept = context.activation.forward(xp.concatenate(parts, axis=2))
        output: Array = a @ parameters["output.weight"] + parameters["output.bias"]
        return output, (flags, a, kept)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        flags, a, kept = cache
        gradients["output.weight"][...] = a.swapaxes(1, 2) @ gradient
        gradients["output.bias"][...] = gradient.sum(axis=1, keepdims=True)
        d = context.activation.backward(gradient @ parameters["output.weight"].swapaxes(1, 2), kept)
        start = 0
        for column in context.inputs.columns:
            stop = start + (self.size if column.kind == "category" else column.width)
            if column.kind == "category":
                gradients[f"embedding.{column.name}"][...] = flags[column.name].swapaxes(1, 2) @ d[:, :, start:stop]
            start = stop


def _flags(own: Array, column: InputColumn) -> Array:
    """One flag for each level: one-hot blocks as they are, codes compared; no level sets none."""
    if column.shape:
        return own
    flags: Array = (own == namespace(own).arange(column.levels, dtype=own.dtype)).astype(own.dtype)
    return flags
