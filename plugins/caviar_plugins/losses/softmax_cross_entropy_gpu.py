"""Softmax cross-entropy on an NVIDIA GPU: loss and gradient in one kernel."""

from __future__ import annotations

from typing import Any

from caviar.plugin import Array, namespace

from caviar_plugins.cuda import Kernel, in_order
from caviar_plugins.losses.softmax_cross_entropy import SoftmaxCrossEntropy


class CUDASoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """Weighed classes and smoothing take the plain way."""

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        if self.class_weights is not None or self._smooths:
            return super().forward(output, target)
        xp, output = namespace(output), in_order(output)
        members, rows, classes = output.shape
        losses, gradient = xp.empty((members, rows), dtype=output.dtype), xp.empty_like(output)
        CROSS_ENTROPY(members, rows, output, in_order(target), losses, gradient, rows, classes)
        return losses, gradient

    def backward(self, cache: Any) -> Array:
        if self.class_weights is not None or self._smooths:
            return super().backward(cache)
        gradient: Array = cache
        return gradient


CROSS_ENTROPY = Kernel(
    r"""
extern "C" __global__ void cross_entropy(
    const REAL* output, const long long* target, REAL* losses, REAL* gradient, long long rows, long long classes)
{
    const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x, k = blockIdx.y;
    if (i >= rows) return;
    output += (k * rows + i) * classes;
    gradient += (k * rows + i) * classes;
    REAL most = output[0], total = 0;
    for (long long c = 1; c < classes; c++) most = output[c] > most ? output[c] : most;
    for (long long c = 0; c < classes; c++) {
        gradient[c] = exp(output[c] - most);
        total += gradient[c];
    }
    losses[k * rows + i] = log(total) - (output[target[i]] - most);
    for (long long c = 0; c < classes; c++)
        gradient[c] = (gradient[c] / total - (c == target[i] ? 1 : 0)) / rows;
}
""",
    "cross_entropy",
)
