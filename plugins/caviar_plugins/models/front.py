"""What stands before a network's first layer: embeddings of columns, and a learned scale of each value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from caviar.plugin import Array, Embedding, Initial, Inputs, Operation, Slot, Views, name_of, namespace

SCALE = "front.scale"
_SCALE_RATE = 6.0  # Holzmüller et al. 2024, arXiv:2407.04491: steps of the scale are six times the others


@dataclass(frozen=True)
class Taken:
    """The columns that one embedding takes: a description of them alone, and the places of their values in x."""

    number: int
    inputs: Inputs
    places: tuple[int, ...]


@dataclass(frozen=True)
class Shares:
    """What each embedding takes, in order, and the places of all other values."""

    taken: tuple[Taken, ...]
    rest: tuple[int, ...]

    @classmethod
    def of(cls, embeddings: Sequence[Embedding], inputs: Inputs) -> Shares:
        """The shares of these inputs. Raises ValueError if two embeddings take the same column."""
        owner: dict[str, int] = {}
        for number, embedding in enumerate(embeddings):
            for column in inputs.columns:
                if embedding.takes(column) and owner.setdefault(column.name, number) != number:
                    both = " and ".join(f"'{name_of(type(embeddings[n]))}'" for n in (owner[column.name], number))
                    raise ValueError(f"embeddings {both} both take column '{column.name}'; leave one of them out")
        taken = []
        for number in sorted(set(owner.values())):
            own = [column for column in inputs.columns if owner.get(column.name) == number]
            places = tuple(place for column in own for place in range(column.offset, column.stop))
            taken.append(Taken(number, Inputs.of(own), places))
        left = (column for column in inputs.columns if column.name not in owner)
        return cls(tuple(taken), tuple(place for column in left for place in range(column.offset, column.stop)))


def front_layout(embeddings: Sequence[Embedding], scaled: bool, inputs: Inputs) -> tuple[tuple[Slot, ...], int]:
    """The slots, and the number of values that reach the first layer; layer 0 of the network."""
    shares = Shares.of(embeddings, inputs)
    slots: list[Slot] = []
    width = len(shares.rest)
    for each in shares.taken:
        own, wide = embeddings[each.number].layout(each.inputs)
        slots.extend(replace(slot, name=f"{_prefix(each)}.{slot.name}", layer=0) for slot in own)
        width += wide
    if scaled:
        slots.append(Slot(SCALE, (1, width), "scale", Initial("constant", 1.0), rate=_SCALE_RATE))
    return tuple(slots), width


def front_forward(embeddings: Sequence[Embedding], parameters: Views, x: Array, inputs: Inputs) -> tuple[Array, Any]:
    """The columns that no embedding takes, then the embeddings' outputs, each value scaled; (members, batch, width)."""
    shares = _shares(embeddings, parameters, inputs)
    a, kept = x, []
    if shares.taken:
        xp, members = namespace(x), len(parameters.buffer)
        parts = []
        if shares.rest:
            rest = _columns(x, shares.rest)
            parts.append(xp.broadcast_to(rest, (members, *rest.shape[1:])))
        for each in shares.taken:
            own = _columns(x, each.places)
            embedded, cache = embeddings[each.number].forward(parameters.part(_prefix(each)), own, each.inputs)
            parts.append(embedded)
            kept.append((each, cache, embedded.shape[2]))
        a = xp.concatenate(parts, axis=2)
    if SCALE not in parameters:
        return a, (None, kept)
    return a * parameters[SCALE], (a, kept)


def front_backward(
    embeddings: Sequence[Embedding], gradient: Array, cache: Any, parameters: Views, gradients: Views
) -> None:
    """Fills the gradients of the front's slots."""
    a, kept = cache
    d = gradient
    if a is not None:
        gradients[SCALE][...] = (d * a).sum(axis=1, keepdims=True)
        d = d * parameters[SCALE]
    stop = d.shape[2]
    for each, own, width in reversed(kept):
        part = _prefix(each)
        embedding = embeddings[each.number]
        embedding.backward(d[:, :, stop - width : stop], own, parameters.part(part), gradients.part(part))
        stop -= width


def front_described(embeddings: Sequence[Embedding], parameters: Views, inputs: Inputs) -> tuple[Operation, ...]:
    """The embeddings as operations for exporters; the scale is merged into the first layer's weights."""
    import numpy

    operations, left = [], list(range(inputs.width))
    for each in _shares(embeddings, parameters, inputs).taken:
        described = embeddings[each.number].description(parameters.part(_prefix(each)), each.inputs)
        columns = numpy.asarray([left.index(place) for place in each.places])
        operations.append(Operation(described.name, {"columns": columns, **described.constants}))
        left = [place for place in left if place not in each.places]
    return tuple(operations)


def _shares(embeddings: Sequence[Embedding], parameters: Views, inputs: Inputs) -> Shares:
    if "shares" not in parameters.memo:
        parameters.memo["shares"] = Shares.of(embeddings, inputs)
    return cast("Shares", parameters.memo["shares"])


def _columns(x: Array, places: tuple[int, ...]) -> Array:
    first, last = places[0], places[-1]
    if last - first + 1 == len(places):
        return x[..., first : last + 1]
    xp = namespace(x)
    taken: Array = xp.take(x, xp.asarray(places), axis=2)
    return taken


def _prefix(each: Taken) -> str:
    return f"embedding{each.number + 1}"
