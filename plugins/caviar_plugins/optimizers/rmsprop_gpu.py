"""RMSprop on an NVIDIA GPU: one kernel over parameters, gradients, average and velocity."""

from __future__ import annotations

from caviar.plugin import Array, Layout

from caviar_plugins.cuda import Kernel
from caviar_plugins.optimizers.rmsprop import RMSprop


class CUDARMSprop(RMSprop):
    """The same step for a whole population in one launch."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        constants = self.learning_rate, self.beta2, self.momentum, self.epsilon
        RMSPROP.over_buffer(parameters, gradients, state["v"], state["velocity"], *constants)


RMSPROP = Kernel(
    r"""
extern "C" __global__ void rmsprop(
    REAL* parameters, const REAL* gradients, REAL* average, REAL* velocity,
    const REAL* learning_rate, const REAL* beta2, const REAL* momentum, const REAL* epsilon, long long size)
{
    const long long k = blockIdx.y, threads = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < size; i += threads) {
        const long long at = k * size + i;
        const REAL g = gradients[at];
        const REAL v = average[at] * beta2[k] + (1 - beta2[k]) * (g * g);
        const REAL s = velocity[at] * momentum[k] + g / (sqrt(v) + epsilon[k]);
        average[at] = v;
        velocity[at] = s;
        parameters[at] -= learning_rate[k] * s;
    }
}
""",
    "rmsprop",
)
