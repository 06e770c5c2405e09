"""Batch normalization: every unit with mean beta and standard deviation gamma over the mini-batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from caviar import Array, Initial, Normalizer, Slot, Tunable, namespace, tunable

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log


class BatchNorm(Normalizer):
    """z~ = gamma * z^ + beta, z^ = (z - mean) / sqrt(variance + epsilon), per unit over the n rows of a mini-batch.

    The variance is biased (divided by n). Epsilon stands inside the root; Adam's stands outside. Gamma and beta are
    learned; a bias in front would be subtracted with the mean, so the layer has none.

    Backward, from dz~, the loss's gradient with respect to z~:
        d beta = sum dz~        d gamma = sum dz~ * z^
        dz = gamma / sqrt(variance + epsilon) * (dz~ - d beta / n - z^ * d gamma / n)

    A prediction must not depend on the other rows: it uses running values, running = averaging * running +
    (1 - averaging) * the mini-batch's, the variance here unbiased (divided by n - 1), as in PyTorch.
    Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2.
    """

    cancels_bias: ClassVar[bool] = True
    smallest_batch: ClassVar[int] = 2

    averaging: Tunable[float] = tunable(
        default=0.9, ge=0, lt=1, search=Beta(0.8, 0.999), tier=4, also=("momentum", "decay", "ema")
    )
    """Weight of the old running value; PyTorch's momentum is 1 - averaging, Keras's is averaging itself."""
    epsilon: Tunable[float] = tunable(default=1e-5, gt=0, search=Log(1e-6, 1e-2), tier=4, also=("eps",))

    def slots(self, units: int) -> tuple[Slot, ...]:
        return (
            Slot("gamma", (1, units), "scale", Initial("constant", 1.0)),
            Slot("beta", (1, units), "shift", Initial("constant", 0.0)),
        )

    def statistics(self, units: int) -> tuple[Slot, ...]:
        return (
            Slot("mean", (1, units), "statistic", Initial("constant", 0.0)),
            Slot("variance", (1, units), "statistic", Initial("constant", 1.0)),
        )

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        xp = namespace(z)
        mean = xp.mean(z, axis=1, keepdims=True) if training else statistics["mean"]
        centered = z - mean
        variance = xp.mean(centered**2, axis=1, keepdims=True) if training else statistics["variance"]
        if training:
            self._remember(statistics, mean, variance, z.shape[1])
        inverse = 1 / xp.sqrt(variance + self.epsilon)
        normalized = centered * inverse
        return parameters["gamma"] * normalized + parameters["beta"], (normalized, inverse)

    def _remember(self, statistics: Mapping[str, Array], mean: Array, variance: Array, rows: int) -> None:
        running_mean, running_variance = statistics["mean"], statistics["variance"]
        running_mean += (1 - self.averaging) * (mean - running_mean)
        running_variance += (1 - self.averaging) * (variance * (rows / (rows - 1)) - running_variance)

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        xp = namespace(gradient)
        normalized, inverse = cache
        rows = gradient.shape[1]
        d_beta = xp.sum(gradient, axis=1, keepdims=True)
        d_gamma = xp.sum(gradient * normalized, axis=1, keepdims=True)
        gradients["beta"][...] = d_beta
        gradients["gamma"][...] = d_gamma
        dz: Array = parameters["gamma"] * inverse * (gradient - d_beta / rows - normalized * (d_gamma / rows))
        return dz

    def fold(self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]) -> tuple[Array, Array]:
        xp = namespace(statistics["variance"])
        scale = parameters["gamma"] / xp.sqrt(statistics["variance"] + self.epsilon)
        return scale, parameters["beta"] - scale * statistics["mean"]
