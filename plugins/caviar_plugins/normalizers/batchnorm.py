"""Batch normalization: every unit with mean beta and standard deviation gamma over the mini-batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from caviar.plugin import Array, Initial, Normalizer, Slot, Tunable, namespace, setting, tunable

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.log import Log


class BatchNorm(Normalizer, interface=1):
    """z~ = gamma * z^ + beta, z^ = (z - mean) / sqrt(variance + epsilon), per unit over the n rows of a mini-batch.

    The variance is biased (divided by n). Epsilon stands inside the root; Adam's stands outside. Gamma and beta are
    learned; a bias in front would be subtracted with the mean, so the layer has none.

    Backward, from dz~, the loss's gradient with respect to z~:
        d beta = sum dz~        d gamma = sum dz~ * z^
        dz = gamma / sqrt(variance + epsilon) * (dz~ - d beta / n - z^ * d gamma / n)

    A prediction must not depend on the other rows: it uses running values, running = averaging * running +
    (1 - averaging) * the mini-batch's, the variance here unbiased (divided by n - 1), as in PyTorch. They start at 0
    and 1; `corrected` takes that start out of the average, as Adam does. `estimate = "exact"` replaces them at the end
    by mean and variance over the whole training set, which also suits a network with dropout better.
    Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.normalizers.batchnorm_kernel:CompiledBatchNorm",
        "cupy": "caviar_plugins.normalizers.batchnorm_gpu:CUDABatchNorm",
    }
    cancels_bias: ClassVar[bool] = True
    smallest_batch: ClassVar[int] = 2

    averaging: Tunable[float] = tunable(
        default=0.9, ge=0, lt=1, search=Beta(0.8, 0.999), tier=4, also=("momentum", "decay", "ema")
    )
    """Weight of the old running value; PyTorch's momentum is 1 - averaging, Keras's is averaging itself."""
    epsilon: Tunable[float] = tunable(default=1e-5, gt=0, search=Log(1e-6, 1e-2), tier=4, also=("eps",))
    corrected: bool = setting(default=False, also=("bias_correction", "zero_debias"))
    estimate: Literal["running", "exact"] = setting(default="running", also=("statistics",))

    def slots(self, units: int) -> tuple[Slot, ...]:
        return (
            Slot("gamma", (1, units), "scale", Initial("constant", 1.0)),
            Slot("beta", (1, units), "shift", Initial("constant", 0.0)),
        )

    def statistics(self, units: int) -> tuple[Slot, ...]:
        running = (
            Slot("mean", (1, units), "statistic", Initial("constant", 0.0)),
            Slot("variance", (1, units), "statistic", Initial("constant", 1.0)),
        )
        return (*running, Slot("known", (1, 1), "statistic", Initial("constant", 0.0))) if self.corrected else running

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        xp = namespace(z)
        mean, centered = _centered(z) if training else (statistics["mean"], z - statistics["mean"])
        variance = xp.mean(centered**2, axis=1, keepdims=True) if training else statistics["variance"]
        if training:
            self._remember(statistics, mean, variance, z.shape[1])
        inverse = 1 / xp.sqrt(variance + self.epsilon)
        normalized = centered * inverse
        return parameters["gamma"] * normalized + parameters["beta"], (normalized, inverse)

    def _remember(self, statistics: Mapping[str, Array], mean: Array, variance: Array, rows: int) -> None:
        new = self.share(statistics)
        running_mean, running_variance = statistics["mean"], statistics["variance"]
        running_mean += new * (mean - running_mean)
        running_variance += new * (variance * (rows / (rows - 1)) - running_variance)

    def share(self, statistics: Mapping[str, Array]) -> Any:
        """The weight of a mini-batch in the running values, per member."""
        new: Any = 1 - self.averaging
        if not self.corrected:
            return new
        known = statistics["known"]  # 1 - averaging^t: how much of the average is not its start
        known += new * (1 - known)
        return new / known

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

    @property
    def re_estimates(self) -> bool:
        return self.estimate == "exact"

    def gather(self, z: Array, statistics: Mapping[str, Array], seen: int) -> None:
        """Merges mean and variance (here biased) of two sets of rows: Chan, Golub & LeVeque 1983, equation 2.1."""
        xp = namespace(z)
        new = z.shape[1] / (seen + z.shape[1])
        mean, centered = _centered(z)
        variance = xp.mean(centered**2, axis=1, keepdims=True)
        all_mean, all_variance = statistics["mean"], statistics["variance"]
        apart = mean - all_mean
        all_variance += new * (variance - all_variance + (1 - new) * apart**2)
        all_mean += new * apart


def _centered(z: Array) -> tuple[Array, Array]:
    """The mean, and z minus the mean. In float32 a mean of a million is off by up to 0.03, which is then corrected."""
    xp = namespace(z)
    mean = xp.mean(z, axis=1, keepdims=True)
    centered = z - mean
    return mean, centered - xp.mean(centered, axis=1, keepdims=True)
