"""Why a network takes the plain path: what is told beforehand is what the compiled passes do."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy
import pytest
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import compiled
from caviar.plugin import Inputs, Loss, ModelContext, Normalizer, Streams, Views, lay_out, size_of
from caviar_plugins import (
    GELU,
    MLP,
    SELU,
    BatchNorm,
    LayerNorm,
    Mish,
    NoNormalizer,
    Periodic,
    ReLU,
    Sigmoid,
    SiLU,
    SoftmaxCrossEntropy,
    Squared,
    Tanh,
)

pytest.importorskip("numba")


class Mine(MLP):
    """Computes what the network does, in classes of its own."""


class Leaky(ReLU):
    """An activation that inherits from one with a compiled pass."""


MODELS = [
    *(
        MLP(units=3, layers=layers, activation=activation)
        for layers in (0, 1)
        for activation in (ReLU(), GELU(), SiLU(), Mish(), SELU(), Tanh(), Sigmoid(), Leaky())
    ),
    MLP(units=3, embedding=(Periodic(),), front_scale=True),
    MLP(units=3, residual=True),
    MLP(units=3, residual=True, activation=Sigmoid()),
    Mine(units=3),
]
NORMALIZERS = [
    *(BatchNorm(place=place) for place in ("before-activation", "after-activation")),
    NoNormalizer(),
    NoNormalizer(place="after-activation"),
    LayerNorm(),
]
LOSSES = [SoftmaxCrossEntropy(), SoftmaxCrossEntropy(class_weights=(1.0, 2.0)), Squared()]


def _compiled(part: Any) -> Any:
    return bind([part], "float32", lambda array: array, compiled)


def taken(model: MLP, normalizer: Normalizer, loss: Loss, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which passes a training step takes, by the kernels that it calls."""
    from caviar_plugins.models import mlp_general, mlp_kernel

    called: list[str] = []
    for name in ("_forward", "_backward", "_differentiate"):
        monkeypatch.setattr(mlp_kernel, name, lambda *parts, name=name: called.append(name))
    for name in ("forward", "backward"):
        monkeypatch.setattr(mlp_general, name, lambda *parts, name=name: called.append(name))
    model, normalizer, loss = _compiled(model), _compiled(normalizer), _compiled(loss)
    inputs = Inputs.block(4)
    layouts = [lay_out(each) for each in model.layout(inputs, 2, normalizer)]
    own, running = (Views(numpy.ones((1, size_of(each)), numpy.float32), each) for each in layouts)
    context = ModelContext(True, normalizer, model.activation, Streams(numpy.zeros(1, numpy.uint64)), inputs=inputs)
    x, gradients = numpy.ones((1, 6, 4), numpy.float32), Views(numpy.ones_like(own.buffer), layouts[0])
    target = numpy.zeros((6, 1), numpy.int64) if loss.task == "classification" else numpy.zeros((6, 2), numpy.float32)
    with numpy.errstate(all="ignore"):
        model.differentiate(own, running, x, target, loss, gradients, context)
    return called[0] if called else "none"


@pytest.mark.parametrize(("model", "normalizer", "loss"), list(product(MODELS, NORMALIZERS, LOSSES)))
def test_the_reason_is_given_exactly_where_the_plain_path_is_taken(
    model: MLP, normalizer: Normalizer, loss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = model.plain_because(normalizer, loss)
    if taken(model, normalizer, loss, monkeypatch) == "none":
        assert told is not None
        assert told.startswith("training runs in plain array code: ")
    else:
        assert told is None
