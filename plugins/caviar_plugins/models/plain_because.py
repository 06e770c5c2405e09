"""The reason why an MLP trains in plain array code: cases that its compiled passes (mlp_kernel.py) do not cover."""

from __future__ import annotations

from typing import Any

from caviar.plugin import Normalizer, name_of

from caviar_plugins.activations.gelu import GELU
from caviar_plugins.activations.mish import Mish
from caviar_plugins.activations.relu import ReLU
from caviar_plugins.activations.selu import SELU
from caviar_plugins.activations.silu import SiLU
from caviar_plugins.activations.tanh import Tanh
from caviar_plugins.normalizers.batchnorm import BatchNorm
from caviar_plugins.normalizers.none import NoNormalizer


def plain_because(model: Any, normalizer: Normalizer) -> str | None:
    """See `Model.plain_because`. Compares classes exactly, because a subclass may compute something else."""
    if reason := _passes(model, normalizer):
        return f"training runs in plain array code: {reason}"
    return None


def _passes(model: Any, normalizer: Normalizer) -> str | None:
    if "variants" not in type(model).__dict__:
        return f"model {name_of(type(model))} has no compiled passes of its own"
    if type(model.activation) not in (ReLU, SELU, Mish, GELU, SiLU, Tanh):
        return f"activation {name_of(type(model.activation))} has no compiled pass"
    if type(normalizer) not in (BatchNorm, NoNormalizer):
        return f"normalizer {name_of(type(normalizer))} has no compiled pass"
    if normalizer.place != "before-activation":
        return f"normalizer {name_of(type(normalizer))} has a compiled pass before the activation only"
    units = model.units
    return "there is no hidden layer" if not (len(units) if isinstance(units, tuple) else model.layers) else None
