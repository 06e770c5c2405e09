"""periodic: each number as cosines of learned frequency and phase, a linear function of them, and the number itself."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sqrt
from typing import Any, ClassVar, cast

from caviar.plugin import (
    Array,
    Embedding,
    Initial,
    InputColumn,
    Inputs,
    Operation,
    Slot,
    Tunable,
    Views,
    namespace,
    tunable,
)

from caviar_plugins.samplers.log import Log
from caviar_plugins.samplers.log_int import LogInt

_PUBLISHED_SIGMA, _PUBLISHED_RATE = 0.1, 0.1


class Periodic(Embedding, interface=1):
    """x becomes (c V + a, x) with c = cos(2 pi sigma w x + b); every number has w, b, V and a of its own.

    w begins normal with standard deviation 1, b uniform over a turn, V and a uniform within 1 / sqrt(frequencies). The
    optimizer's steps of all are a tenth of the others; those of w are not shortened, because sigma shortens them: with
    the default sigma the frequencies sigma w move as published. Without `linear` the output is (c, x).
    Source: PBLD of Holzmüller et al. 2024, arXiv:2407.04491, appendix A.2; after Gorishniy et al. 2022,
    arXiv:2203.05556, section 3.3.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.embeddings.periodic_kernel:CompiledPeriodic",
    }

    frequencies: Tunable[int] = tunable(
        default=16, ge=1, search=LogInt(8, 64), tier=4, also=("n_frequencies", "plr_hidden_1", "num_emb_hidden_dim")
    )
    width: Tunable[int] = tunable(
        default=4, ge=2, search=LogInt(3, 24), tier=4, also=("d_embedding", "plr_hidden_2", "num_emb_dim")
    )
    """Values for each number of the input, itself included; unused without `linear`."""
    sigma: Tunable[float] = tunable(
        default=_PUBLISHED_SIGMA,
        gt=0,
        search=Log(0.02, 2.0),
        tier=3,
        also=("plr_sigma", "frequency_scale", "frequency_init_scale", "num_emb_sigma"),
    )
    linear: Tunable[bool] = tunable(default=True)

    def takes(self, column: InputColumn) -> bool:
        return column.kind == "number"

    def layout(self, inputs: Inputs) -> tuple[tuple[Slot, ...], int]:
        count, k = inputs.width, self.frequencies
        slow = _PUBLISHED_RATE
        waves = (
            Slot("frequency", (count, k), "embedding", Initial("normal", 1.0), rate=slow / _PUBLISHED_SIGMA),
            Slot("phase", (count, k), "bias", Initial("uniform", pi), rate=slow),
        )
        if not self.linear:
            return waves, count * (k + 1)
        within = Initial("uniform", 1 / sqrt(k))
        mixed = (
            Slot("weight", (count, k, self.width - 1), "embedding", within, rate=slow),
            Slot("bias", (count, self.width - 1), "bias", within, rate=slow),
        )
        return (*waves, *mixed), count * self.width

    def forward(self, parameters: Views, x: Array, inputs: Inputs) -> tuple[Array, Any]:
        xp = namespace(x)
        numbers = x.swapaxes(1, 2)[..., None]  # (members or 1, numbers, batch, 1)
        angle = numbers * self._frequency(parameters) + parameters["phase"][:, :, None, :]
        waves = xp.cos(angle)
        out = waves @ parameters["weight"] + parameters["bias"][:, :, None, :] if self.linear else waves
        raw = xp.broadcast_to(numbers, (*out.shape[:3], 1))
        joined = xp.concatenate([out, raw], axis=3).swapaxes(1, 2)
        return joined.reshape(*joined.shape[:2], -1), (numbers, angle, waves)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views) -> None:
        xp = namespace(gradient)
        numbers, angle, waves = cache
        members, count, rows, _ = waves.shape
        d = gradient.reshape(members, rows, count, -1).swapaxes(1, 2)[..., :-1]  # the last is the number itself
        if self.linear:
            gradients["weight"][...] = waves.swapaxes(2, 3) @ d
            gradients["bias"][...] = d.sum(axis=2)
            d = d @ parameters["weight"].swapaxes(2, 3)
        d = -xp.sin(angle) * d
        gradients["phase"][...] = d.sum(axis=2)
        sigma: Any = self.sigma
        gradients["frequency"][...] = 2 * pi * sigma * (d * numbers).sum(axis=2)

    def description(self, parameters: Views, inputs: Inputs) -> Operation:
        own, sigma = {name: parameters[name][0] for name in parameters}, cast("Array", self.sigma)
        constants = {"frequency": sigma[0, 0, 0] * own["frequency"], "phase": own["phase"]}
        if not self.linear:
            return Operation("cosines", constants)
        return Operation("periodic", {**constants, "weight": own["weight"], "bias": own["bias"]})

    def _frequency(self, parameters: Views) -> Array:
        """In radians, (members, numbers, 1, frequencies)."""
        sigma: Any = self.sigma
        frequency: Array = (2 * pi * sigma * parameters["frequency"])[:, :, None, :]
        return frequency
