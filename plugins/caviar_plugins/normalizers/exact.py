"""Exact statistics: a normalizer's running values replaced by those of the whole training set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from caviar.plugin import Array, Model, ModelContext, Normalizer, Slot, Views, namespace
from pydantic import PrivateAttr


def estimate(
    model: Model,
    context: ModelContext,
    parameters: Views,
    statistics: Views,
    tiles: Callable[[], Iterable[Array]],
) -> None:
    """Changes `statistics` in place to those of the rows in `tiles`, each (1, rows, inputs), as prediction, whose
    `context` is given, sees them.

    What a layer sees depends on the statistics of the layers before it, so each pass makes one more layer exact. Tiles
    must be the same however members are stacked. Source: Wu & Johnson 2021, arXiv:2105.07576, section 3.
    """
    for _ in {slot.layer for slot in statistics.layout}:
        fresh = Views(namespace(statistics.buffer).zeros_like(statistics.buffer), statistics.layout)
        seen = 0
        for x in tiles():
            watched = replace(context, normalizer=_Watch(context.normalizer, fresh, seen))
            model.forward(parameters, statistics, x, watched)
            seen += x.shape[1]
        statistics.buffer[...] = fresh.buffer


class _Watch(Normalizer):
    """Predicts as the normalizer does, and passes the rows to `gather`."""

    _inner: Normalizer = PrivateAttr()
    _fresh: Views = PrivateAttr()
    _seen: int = PrivateAttr()

    def __init__(self, inner: Normalizer, fresh: Views, seen: int) -> None:
        super().__init__(place=inner.place)
        self._inner, self._fresh, self._seen = inner, fresh, seen

    def slots(self, units: int) -> tuple[Slot, ...]:
        return self._inner.slots(units)

    def statistics(self, units: int) -> tuple[Slot, ...]:
        return self._inner.statistics(units)

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        assert isinstance(statistics, Views)
        own = Views(self._fresh.buffer, self._fresh.layout, statistics.prefix)
        self._inner.gather(z, own, self._seen)
        return self._inner.forward(z, parameters, statistics, training)

    def backward(self, gradient: Array, cache: Any, parameters: Any, gradients: Any) -> Array:
        return self._inner.backward(gradient, cache, parameters, gradients)

    def fold(self, parameters: Any, statistics: Any) -> tuple[Array | float, Array | float] | None:
        return self._inner.fold(parameters, statistics)
