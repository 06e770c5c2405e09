"""SGD on an NVIDIA GPU: one kernel over parameters, gradients and velocity."""

from __future__ import annotations

from caviar.plugin import Array, Layout

from caviar_plugins.cuda import Kernel
from caviar_plugins.optimizers.sgd import SGD


class CUDASGD(SGD):
    """The same step for a whole population in one launch."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        constants = self.learning_rate, self.momentum, int(self.nesterov)
        STEP.over_buffer(parameters, gradients, state["velocity"], *constants)


STEP = Kernel(
    r"""
extern "C" __global__ void sgd(
    REAL* parameters, const REAL* gradients, REAL* velocity,
    const REAL* learning_rate, const REAL* momentum, long long nesterov, long long size)
{
    const long long k = blockIdx.y, threads = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < size; i += threads) {
        const long long at = k * size + i;
        const REAL g = gradients[at], s = velocity[at] * momentum[k] + g;
        velocity[at] = s;
        parameters[at] -= learning_rate[k] * (nesterov ? g + momentum[k] * s : s);
    }
}
""",
    "sgd",
)
