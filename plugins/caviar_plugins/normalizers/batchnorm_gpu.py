"""Batch normalization on an NVIDIA GPU, with ReLU after it if wanted: one kernel each way."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from caviar.plugin import Array, Views, namespace

from caviar_plugins.cuda import Kernel, in_order
from caviar_plugins.normalizers.batchnorm import BatchNorm


class CUDABatchNorm(BatchNorm):
    """Keeps z, mean and 1 / sqrt(variance + epsilon) for backward, and computes z^ again: cheaper than writing it."""

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        if not (training and isinstance(parameters, Views) and isinstance(statistics, Views)):
            return super().forward(z, parameters, statistics, training)
        return self.floored(z, parameters, statistics, -inf)

    def floored(self, z: Array, parameters: Views, statistics: Views, floor: float) -> tuple[Array, Any]:
        """max(z~, floor) in training, and what backward needs; a floor of 0 is ReLU."""
        xp, z = namespace(z), in_order(z)
        members, rows, units = z.shape
        h, kept = xp.empty_like(z), xp.empty((members, 2, units), dtype=z.dtype)
        own = parameters.buffer, parameters.buffer.shape[1], parameters.slot("gamma").start
        running = statistics.buffer, statistics.buffer.shape[1], statistics.slot("mean").start
        places = parameters.slot("beta").start, statistics.slot("variance").start
        share, epsilon = self.share(statistics), self.epsilon
        NORMALIZE(members, units, z, h, kept, *own, *running, *places, share, epsilon, floor, rows, units)
        return h, (z, h, kept, floor)

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        if not (isinstance(parameters, Views) and isinstance(gradients, Views)):
            return super().backward(gradient, cache, parameters, gradients)
        z, h, kept, floor = cache
        members, rows, units = z.shape
        dz: Array = namespace(z).empty_like(z)
        places = parameters.buffer.shape[1], parameters.slot("gamma").start, parameters.slot("beta").start
        buffers = parameters.buffer, gradients.buffer
        NORMALIZE_BACKWARD(members, units, z, h, kept, in_order(gradient), dz, *buffers, *places, floor, rows, units)
        return dz


# Everything is counted from the first row of its unit, so that a mean of a million leaves the digits of the rest.
SOURCE = r"""
extern "C" __global__ void normalize(
    const REAL* z, REAL* h, REAL* kept,
    const REAL* parameters, long long size, long long gamma, REAL* statistics, long long measured, long long mean,
    long long beta, long long variance, const REAL* share, const REAL* epsilon, double floor,
    long long rows, long long units)
{
    const long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x, k = blockIdx.y;
    if (j >= units) return;
    z += k * rows * units + j;
    h += k * rows * units + j;
    kept += k * 2 * units + j;
    parameters += k * size + j;
    statistics += k * measured + j;
    const REAL first = z[0];
    REAL middle = 0, squares = 0;
    for (long long i = 0; i < rows; i++) middle += z[i * units] - first;
    middle /= rows;
    for (long long i = 0; i < rows; i++) {
        const REAL apart = (z[i * units] - first) - middle;
        squares += apart * apart;
    }
    statistics[mean] += share[k] * ((first + middle) - statistics[mean]);
    statistics[variance] += share[k] * (squares / (rows - 1) - statistics[variance]);
    const REAL inverse = 1 / sqrt(squares / rows + epsilon[k]);
    const REAL scale = parameters[gamma] * inverse, shift = parameters[beta], least = floor;
    kept[0] = middle;
    kept[units] = inverse;
    for (long long i = 0; i < rows; i++) {
        const REAL value = scale * ((z[i * units] - first) - middle) + shift;
        h[i * units] = value <= least ? least : value;  // NaN stays
    }
}

extern "C" __global__ void normalize_backward(
    const REAL* z, const REAL* h, const REAL* kept, const REAL* gradient, REAL* dz,
    const REAL* parameters, REAL* gradients, long long size, long long gamma, long long beta, double floor,
    long long rows, long long units)
{
    const long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x, k = blockIdx.y;
    if (j >= units) return;
    z += k * rows * units + j;
    h += k * rows * units + j;
    kept += k * 2 * units + j;
    gradient += k * rows * units + j;
    dz += k * rows * units + j;
    parameters += k * size + j;
    gradients += k * size + j;
    const REAL first = z[0], middle = kept[0], inverse = kept[units], least = floor;
    REAL d_beta = 0, d_gamma = 0;
    for (long long i = 0; i < rows; i++) {
        const REAL passed = h[i * units] > least ? gradient[i * units] : gradient[i * units] * 0;
        d_beta += passed;
        d_gamma += passed * (((z[i * units] - first) - middle) * inverse);
    }
    gradients[beta] = d_beta;
    gradients[gamma] = d_gamma;
    const REAL scale = parameters[gamma] * inverse, level = d_beta / rows, slope = d_gamma / rows;
    for (long long i = 0; i < rows; i++) {
        const REAL passed = h[i * units] > least ? gradient[i * units] : gradient[i * units] * 0;
        dz[i * units] = scale * (passed - level - (((z[i * units] - first) - middle) * inverse) * slope);
    }
}
"""
NORMALIZE, NORMALIZE_BACKWARD = Kernel(SOURCE, "normalize"), Kernel(SOURCE, "normalize_backward")
