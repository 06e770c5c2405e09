"""The cases whose results from PyTorch are committed: what is computed, with which plugin, on which numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import caviar_plugins
import numpy
from caviar.plugin import Array, Initial, Inputs, Loss, Normalizer, Optimizer, Plugin, Slot, lay_out
from caviar_plugins import MLP, Adam, AdamW, BatchNorm, LayerNorm, NoNormalizer, RMSprop

EPOCHS, STEPS = 12, 200
TRAINED = lay_out(
    [
        Slot("weight", (4, 2), "weight", Initial("normal", 1.0)),
        Slot("gamma", (1, 2), "scale", Initial("constant", 1.0)),
        Slot("bias", (1, 2), "bias", Initial("constant", 0.0)),
    ]
)


@dataclass(frozen=True)
class Case:
    """`what` names a function of `tests.truth.ours` and of `tests.truth.pytorchs`: (plugins, arrays) -> arrays."""

    what: str
    name: str
    parts: Mapping[str, Any]
    arrays: Mapping[str, Array] = field(default_factory=dict)


def committed() -> list[Case]:
    """All of them."""
    parts = [*_normalizers(), *_activations(), *_losses(), *_schedules(), *_optimizers()]
    return [*parts, embedding("periodic", seed=0), *networks(seed=0), *residual_networks(seed=0)]


def normalizer(name: str, plugin: Normalizer, seed: int, rows: int = 9, units: int = 4, **options: Any) -> Case:
    """Two training steps and a prediction; `center` and `spread` say where the numbers lie."""
    random, dtype = numpy.random.default_rng(seed), options.get("dtype", "float64")
    z = options.get("center", 3.0) + options.get("spread", 2.0) * random.normal(size=(2, rows, units))
    arrays = {
        "z": z,
        "gradient": random.normal(size=(rows, units)),
        "gamma": random.uniform(0.5, 1.5, units),
        "beta": random.normal(size=units),
    }
    return Case("normalizer", name, {"plugin": plugin}, {key: each.astype(dtype) for key, each in arrays.items()})


def loss(name: str, plugin: Loss, seed: int, rows: int = 9, outputs: int = 3, scale: float = 2.0) -> Case:
    """Value and gradient of the mean over a batch."""
    random = numpy.random.default_rng(seed)
    codes = random.integers(max(outputs, 2), size=(rows, 1))
    target = codes if plugin.task == "classification" else random.normal(size=(rows, outputs))
    return Case(
        "loss", name, {"plugin": plugin}, {"output": scale * random.normal(size=(rows, outputs)), "target": target}
    )


def optimizer(name: str, plugin: Optimizer, seed: int, steps: int = 30) -> Case:
    """Parameters after each of some steps with given gradients."""
    random = numpy.random.default_rng(seed)
    size = TRAINED[-1].stop
    arrays = {"start": random.normal(size=size), "gradients": random.normal(size=(steps, size))}
    return Case("optimizer", name, {"plugin": plugin}, arrays)


def embedding(name: str, seed: int, rows: int = 7, numbers: int = 3) -> Case:
    """Output and gradients of `periodic`, with frequencies far enough apart to be several turns."""
    random, plugin = numpy.random.default_rng(seed), caviar_plugins.Periodic(frequencies=5, width=4, sigma=0.7)
    slots, width = plugin.layout(Inputs.block(numbers))
    arrays = {slot.name: random.normal(size=slot.shape) for slot in slots}
    arrays |= {"x": random.normal(size=(rows, numbers)), "gradient": random.normal(size=(rows, width))}
    return Case("embedding", name, {"plugin": plugin}, arrays)


def networks(seed: int) -> list[Case]:
    """A whole network's training by every optimizer, with and without normalizers and a penalty."""
    return [
        _network(f"{name}, {between}, l2 {strength:g}", plugin, NORMALIZERS[between], strength, seed)
        for name, plugin in OPTIMIZERS.items()
        for between in NORMALIZERS
        for strength in (0.0, 0.01)
    ]


def residual_networks(seed: int) -> list[Case]:
    """A network of layers that add their input, with and without normalizers."""
    plugin, model = OPTIMIZERS["sgd with momentum"], MLP(units=(6, 6, 6), residual=True)
    return [
        _network(f"residual, {between}", plugin, NORMALIZERS[between], 0.0, seed, model)
        for between in ("none", "batchnorm", "layernorm")
    ]


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": caviar_plugins.SGD(0.05),
    "sgd with momentum": caviar_plugins.SGD(0.01, momentum=0.9),
    "sgd with nesterov": caviar_plugins.SGD(0.01, momentum=0.9, nesterov=True),
    "rmsprop": RMSprop(0.002, beta2=0.95),
    "rmsprop with momentum": RMSprop(0.001, momentum=0.7, epsilon=1e-5),
    "adam": Adam(0.005),
    "adam with other constants": Adam(0.005, beta1=0.7, beta2=0.99, epsilon=1e-4),
    "adamw": AdamW(0.005, decay=0.1),
}


NORMALIZERS: dict[str, Normalizer] = {
    "none": NoNormalizer(),
    "batchnorm": BatchNorm(averaging=0.8),
    "batchnorm after": BatchNorm(place="after-activation"),
    "layernorm": LayerNorm(),
}
PLAIN = MLP(units=(6, 5))


def _network(name: str, plugin: Optimizer, between: Normalizer, strength: float, seed: int, model: MLP = PLAIN) -> Case:
    random, rows = numpy.random.default_rng(seed), 48
    parameters, statistics = (lay_out(each) for each in model.layout(Inputs.block(4), 3, between))
    start = {
        slot.name: random.normal(0.2, 0.6, slot.shape) for slot in (*parameters, *statistics) if slot.role == "weight"
    }
    x = random.normal(size=(rows, 4))
    arrays = {
        "x": x,
        "y": numpy.argmax(x @ random.normal(size=(4, 3)) + 0.3 * random.normal(size=(rows, 3)), axis=1)[:, None],
        "batches": random.integers(rows, size=(STEPS, 16), dtype=numpy.uint8),
    }
    parts = {"model": model, "normalizer": between, "optimizer": plugin, "strength": strength}
    return Case("network", name, parts, arrays | {f"start.{key}": each for key, each in start.items()})


def _normalizers() -> list[Case]:
    return [
        normalizer("batchnorm", BatchNorm(), 0),
        normalizer("batchnorm, other constants", BatchNorm(averaging=0.5, epsilon=1e-2), 1),
        normalizer("batchnorm, two rows", BatchNorm(), 2, rows=2),
        normalizer("batchnorm, a million away", BatchNorm(), 3, center=1e6, spread=1.0),
        normalizer("batchnorm, constant", BatchNorm(), 4, spread=0.0),
        normalizer("batchnorm, float32", BatchNorm(), 5, dtype="float32"),
        normalizer("layernorm", LayerNorm(), 6),
        normalizer("layernorm, float32", LayerNorm(epsilon=1e-3), 7, dtype="float32"),
    ]


def _activations() -> list[Case]:
    random = numpy.random.default_rng(0)
    arrays = {"z": 3 * random.normal(size=(40,)), "gradient": random.normal(size=(40,))}
    plugins = {
        name: getattr(caviar_plugins, name)() for name in ("ReLU", "LeakyReLU", "GELU", "SiLU", "Tanh", "Sigmoid")
    }
    return [Case("activation", name, {"plugin": plugin}, arrays) for name, plugin in plugins.items()]


def _losses() -> list[Case]:
    softmax, binary = caviar_plugins.SoftmaxCrossEntropy, caviar_plugins.BinaryCrossEntropy
    return [
        loss("softmax", softmax(), 0),
        loss("softmax, class weights", softmax(class_weights=(1.0, 4.0, 0.2)), 1),
        loss("softmax, large outputs", softmax(), 2, scale=300.0),
        loss("binary", binary(), 3, outputs=1),
        loss("binary, class weights", binary(class_weights=(1.0, 5.0)), 4, outputs=1),
        loss("squared", caviar_plugins.Squared(), 5),
        loss("absolute", caviar_plugins.Absolute(), 6),
        loss("huber", caviar_plugins.Huber(), 7),
        loss("huber, other delta", caviar_plugins.Huber(delta=0.3), 8, outputs=1),
    ]


def _schedules() -> list[Case]:
    plugins: dict[str, Plugin] = {
        "constant": caviar_plugins.Constant(),
        "step": caviar_plugins.Step(every=3, decay=0.4),
        "exponential": caviar_plugins.Exponential(decay=0.9),
        "inverse-time": caviar_plugins.InverseTime(decay=0.5),
        "cosine": caviar_plugins.Cosine(final=0.1),
        "warmup": caviar_plugins.Warmup(length=4, start=0.25),
        "warmup, cosine": caviar_plugins.Warmup(length=4, start=0.25, then=caviar_plugins.Cosine()),
    }
    return [Case("schedule", name, {"plugin": plugin}) for name, plugin in plugins.items()]


def _optimizers() -> list[Case]:
    return [optimizer(name, plugin, seed) for seed, (name, plugin) in enumerate(OPTIMIZERS.items())]
