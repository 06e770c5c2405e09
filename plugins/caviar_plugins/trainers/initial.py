"""Initial values of parameters and statistics, and named weights as buffers."""

from __future__ import annotations

from collections.abc import Mapping

from caviar.plugin import Array, Layout, Random, Slot, TrainerContext, size_of


def initial(
    layout: Layout, streams: tuple[Random, ...], given: Mapping[str, Array], dtype: str, context: TrainerContext
) -> Array:
    """Every member's initial values, (members, size): those given by name, (members, *shape), for the others drawn
    by NumPy from streams of (seed, trial, slot)."""
    import numpy

    buffer = numpy.empty((len(streams), size_of(layout)), dtype=dtype)
    for member, stream in enumerate(streams):
        for slot in layout:
            own = given[slot.name][member].reshape(-1) if slot.name in given else _drawn(slot, stream)
            buffer[member, slot.start : slot.stop] = own
    return context.backend.send(buffer)


def packed(weights: Mapping[str, Array], layout: Layout, dtype: str, context: TrainerContext) -> Array:
    """Named weights, each with a leading member axis, in one buffer. Raises ValueError if a shape differs."""
    import numpy

    members = len(next(iter(weights.values())))
    buffer = numpy.empty((members, size_of(layout)), dtype=dtype)
    for slot in layout:
        if weights[slot.name].shape != (members, *slot.shape):
            raise ValueError(f"{slot.name} has the shape {weights[slot.name].shape[1:]} instead of {slot.shape}")
        buffer[:, slot.start : slot.stop] = weights[slot.name].reshape(members, slot.size)
    return context.backend.send(buffer)


def _drawn(slot: Slot, member: Random) -> Array | float:
    stream = member.child("initial", slot.name)
    if slot.initial.how == "constant":
        return slot.initial.size
    if slot.initial.how == "normal":
        return slot.initial.size * stream.generator().standard_normal(slot.size)
    return stream.generator().uniform(-slot.initial.size, slot.initial.size, slot.size)
