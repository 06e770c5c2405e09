"""vectors: each level of a category as a learned vector."""

from __future__ import annotations

from typing import Any

from caviar.plugin import (
    Array,
    Embedding,
    Initial,
    InputColumn,
    Inputs,
    NoDescription,
    Operation,
    Slot,
    Tunable,
    Views,
    namespace,
    setting,
    tunable,
)

from caviar_plugins.samplers.log_int import LogInt


class Vectors(Embedding, interface=1):
    """A category becomes `size` learned numbers for each of its levels; a row without a level has zeros.

    Takes categories of more than `above` levels; those of fewer stay one-hot. Categories that arrive as codes have no
    other form, so it takes all of them. Values begin normal with standard deviation 1,
    and decay as weights do.
    Source: Guo & Berkhahn 2016, arXiv:1604.06737; size and threshold are those of Holzmüller et al. 2024,
    arXiv:2407.04491, table A.1.
    """

    size: Tunable[int] = tunable(
        default=8, ge=1, search=LogInt(2, 32), tier=4, also=("embedding_size", "embedding_dim", "d_embedding")
    )
    above: int = setting(default=8, ge=0, also=("max_one_hot_cat_size", "one_hot_max_size"))

    def takes(self, column: InputColumn) -> bool:
        return column.kind == "category" and (column.levels > self.above or not column.shape)

    def layout(self, inputs: Inputs) -> tuple[tuple[Slot, ...], int]:
        slots = (
            Slot(each.name, (each.levels, self.size), "embedding", Initial("normal", 1.0), decay=1.0)
            for each in inputs.columns
        )
        return tuple(slots), len(inputs.columns) * self.size

    def forward(self, parameters: Views, x: Array, inputs: Inputs) -> tuple[Array, Any]:
        flags = {column.name: _flags(x[..., column.offset : column.stop], column) for column in inputs.columns}
        vectors = [each @ parameters[name] for name, each in flags.items()]
        return namespace(x).concatenate(vectors, axis=2), flags

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views) -> None:
        for place, (name, flags) in enumerate(cache.items()):
            own = gradient[:, :, place * self.size : (place + 1) * self.size]
            gradients[name][...] = flags.swapaxes(1, 2) @ own

    def description(self, parameters: Views, inputs: Inputs) -> Operation:
        if any(not column.shape for column in inputs.columns):
            raise NoDescription(self)  # codes: no bundled transform makes them
        import numpy

        table = numpy.zeros((inputs.width, len(inputs.columns) * self.size), parameters.buffer.dtype)
        for place, column in enumerate(inputs.columns):
            own = slice(column.offset, column.stop), slice(place * self.size, (place + 1) * self.size)
            table[own] = parameters[column.name][0]
        return Operation("vectors", {"table": table})


def _flags(own: Array, column: InputColumn) -> Array:
    """One flag for each level: one-hot blocks as they are, codes compared; no level sets none."""
    if column.shape:
        return own
    xp = namespace(own)
    flags: Array = xp.asarray(own == xp.arange(column.levels, dtype=own.dtype), dtype=own.dtype)
    return flags
