"""AdamW on an NVIDIA GPU: decay and Adam's step in one kernel."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from caviar.plugin import Array, Layout, namespace, size_of

from caviar_plugins.cuda import Kernel
from caviar_plugins.optimizers.adamw import AdamW


class CUDAAdamW(AdamW):
    """The same step for a whole population in one launch."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        decays = _decaying(layout, namespace(parameters), parameters.dtype)
        constants = self.learning_rate, self.decay, self.beta1, self.beta2, self.epsilon, step
        ADAMW.over_buffer(parameters, gradients, state["m"], state["v"], decays, *constants)


@lru_cache(8)
def _decaying(layout: Layout, xp: Any, dtype: Any) -> Array:
    """The factor of the decay for each value of a buffer, (size,)."""
    factors: Array = xp.zeros(size_of(layout), dtype=dtype)
    for slot in layout:
        factors[slot.start : slot.stop] = slot.decays
    return factors


ADAMW = Kernel(
    r"""
extern "C" __global__ void adamw(
    REAL* parameters, const REAL* gradients, REAL* first, REAL* second, const REAL* decays,
    const REAL* learning_rate, const REAL* decay, const REAL* beta1, const REAL* beta2, const REAL* epsilon,
    const REAL* step, long long size)
{
    const long long k = blockIdx.y, threads = (long long)gridDim.x * blockDim.x;
    const REAL new1 = 1 - beta1[k], new2 = 1 - beta2[k], rate = learning_rate[k];
    const REAL left1 = 1 - pow(beta1[k], step[k]), left2 = 1 - pow(beta2[k], step[k]);
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < size; i += threads) {
        const long long at = k * size + i;
        const REAL g = gradients[at], w = parameters[at] * (1 - rate * decay[k] * decays[i]);
        const REAL m = first[at] + new1 * (g - first[at]);
        const REAL v = second[at] * beta2[k] + new2 * (g * g);
        first[at] = m;
        second[at] = v;
        parameters[at] = w - rate * (m / left1) / (sqrt(v / left2) + epsilon[k]);
    }
}
""",
    "adamw",
)
