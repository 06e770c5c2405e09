"""Adam on an NVIDIA GPU: one kernel over parameters, gradients and both moments."""

from __future__ import annotations

from caviar.plugin import Array, Layout

from caviar_plugins.cuda import Kernel
from caviar_plugins.optimizers.adam import Adam


class CUDAAdam(Adam):
    """The same step for a whole population in one launch."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        constants = self.learning_rate, self.beta1, self.beta2, self.epsilon, step
        ADAM.over_buffer(parameters, gradients, state["m"], state["v"], *constants)


ADAM = Kernel(
    r"""
extern "C" __global__ void adam(
    REAL* parameters, const REAL* gradients, REAL* first, REAL* second,
    const REAL* learning_rate, const REAL* beta1, const REAL* beta2, const REAL* epsilon, const REAL* step,
    long long size)
{
    const long long k = blockIdx.y, threads = (long long)gridDim.x * blockDim.x;
    const REAL new1 = 1 - beta1[k], old2 = beta2[k], new2 = 1 - old2;
    const REAL rate = learning_rate[k] / (1 - pow(beta1[k], step[k]));
    const REAL left2 = 1 - pow(beta2[k], step[k]);
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < size; i += threads) {
        const long long at = k * size + i;
        const REAL g = gradients[at];
        const REAL m = first[at] + new1 * (g - first[at]);
        const REAL v = old2 * second[at] + new2 * g * g;
        first[at] = m;
        second[at] = v;
        parameters[at] -= rate * m / (sqrt(v / left2) + epsilon[k]);
    }
}
""",
    "adam",
)
