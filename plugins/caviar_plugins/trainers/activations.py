"""Activations of hidden layers after an epoch: for `record = ["activations"]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.plugin import (
    ACTIVATIONS,
    Activation,
    Array,
    Dataset,
    ModelContext,
    Normalizer,
    Population,
    Slot,
    TrainerContext,
    Views,
    name_of,
    namespace,
    say_once,
)
from pydantic import PrivateAttr

from caviar_plugins.normalizers.none import NoNormalizer
from caviar_plugins.trainers.evaluation import TILE, few_at_once


def recorded(
    parameters: Views,
    statistics: Views,
    population: Population,
    data: Dataset,
    context: TrainerContext,
    rows: int = TILE,
) -> dict[str, Array]:
    """Numbers of each layer over the same training rows after every epoch, by name, each float64 (members,).

    Of layer 1 "layer1.before.mean" and "layer1.before.std" are of what its normalizer receives, over rows and units,
    "layer1.after.…" of what it returns, and "layer1.dead" is the share of units whose activation is the same for all
    rows: a ReLU that is always 0 has no gradient, and learns nothing more. As in prediction: with running statistics
    and without dropout.
    """
    import numpy

    train = data.split.train
    # Of a part as it is sorted, or in the order of time, the first rows would stand for one kind.
    some = train[numpy.linspace(0, len(train) - 1, min(rows, len(train))).round().astype(int)]
    x = data.x[context.backend.send(some)][None]
    found: dict[str, list[Array]] = {}
    for _, few, own, running in few_at_once(parameters, statistics, population, context):
        for name, values in _watched(own, running, few, x, context).items():
            found.setdefault(f"{ACTIVATIONS}{name}", []).append(values)
    return {name: context.backend.library().concatenate(values) for name, values in found.items()}


def _watched(own: Views, running: Views, population: Population, x: Array, context: TrainerContext) -> dict[str, Array]:
    model, normalizer = population.parts["model"], population.parts["normalizer"]
    found: dict[str, Array] = {}
    watched = _WatchedNormalizer(normalizer, found), _WatchedActivation.of(model.activation, found)
    model.forward(own, running, x, ModelContext(False, *watched, inputs=context.inputs))
    if not found:
        say_once(
            f"trainer.record: model '{name_of(type(model))}' has no hidden layer that asks its normalizer or its "
            "activation, so no activations are recorded"
        )
    return found


def _moments(values: Array, place: str) -> dict[str, Array]:
    """Mean and standard deviation over all values of each member."""
    # One row for each member, in float64 before it is summed: the same bits alone and among others.
    xp = namespace(values)
    flat = xp.reshape(xp.asarray(values, dtype=xp.float64), (len(values), -1))
    return {f"{place}.mean": xp.mean(flat, axis=1), f"{place}.std": xp.std(flat, axis=1)}


def _layer(parameters: Mapping[str, Array] | None, nth: int) -> str:
    """The layer's name in the model's layout; its number where the model does not say which it is."""
    prefix = parameters.prefix if isinstance(parameters, Views) else ""
    return prefix.rstrip(".") or f"layer{nth}"


class _WatchedNormalizer(Normalizer):
    """Predicts as the normalizer does, and notes what it receives and returns."""

    _inner: Normalizer = PrivateAttr()
    _found: dict[str, Array] = PrivateAttr()
    _calls: int = PrivateAttr(default=0)

    def __init__(self, inner: Normalizer, found: dict[str, Array]) -> None:
        super().__init__(place=inner.place)
        self._inner, self._found = inner, found

    def slots(self, units: int) -> tuple[Slot, ...]:
        return self._inner.slots(units)

    def statistics(self, units: int) -> tuple[Slot, ...]:
        return self._inner.statistics(units)

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        self._calls += 1
        layer = _layer(parameters, self._calls)
        self._found |= _moments(z, f"{layer}.before")
        output, cache = self._inner.forward(z, parameters, statistics, training)
        if not isinstance(self._inner, NoNormalizer):
            self._found |= _moments(output, f"{layer}.after")
        return output, cache

    def backward(self, gradient: Array, cache: Any, parameters: Any, gradients: Any) -> Array:
        return self._inner.backward(gradient, cache, parameters, gradients)

    def fold(self, parameters: Any, statistics: Any) -> tuple[Array | float, Array | float] | None:
        return self._inner.fold(parameters, statistics)


class _WatchedActivation(Activation):
    """Computes what the activation does, and notes which units are dead."""

    _inner: Activation = PrivateAttr()
    _found: dict[str, Array] = PrivateAttr()
    _calls: int = PrivateAttr(default=0)

    @classmethod
    def of(cls, inner: Any, found: dict[str, Array]) -> Any:
        """The activation, watched; None for a model that has none."""
        if inner is None:
            return None
        made = cls()
        made._inner, made._found = inner, found
        return made

    def forward(self, z: Array) -> tuple[Array, Any]:
        return self._noted(self._inner.forward(z), None)

    def forward_with(self, z: Array, parameters: Mapping[str, Array]) -> tuple[Array, Any]:
        return self._noted(self._inner.forward_with(z, parameters), parameters)

    def backward(self, gradient: Array, cache: Any) -> Array:
        return self._inner.backward(gradient, cache)

    def _noted(self, computed: tuple[Array, Any], parameters: Mapping[str, Array] | None) -> tuple[Array, Any]:
        self._calls += 1
        h, xp = computed[0], namespace(computed[0])
        dead = xp.max(h, axis=1) == xp.min(h, axis=1)
        self._found[f"{_layer(parameters, self._calls)}.dead"] = xp.mean(xp.asarray(dead, dtype=xp.float64), axis=1)
        return computed
