"""The MLP on an NVIDIA GPU: products straight on the buffers, normalizer and ReLU as one, dropout on the device."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy
from caviar.plugin import Array, ModelContext, Views, namespace

from caviar_plugins.activations.relu import ReLU
from caviar_plugins.cuda import Kernel, multiply
from caviar_plugins.models.mlp import MLP
from caviar_plugins.normalizers.batchnorm_gpu import CUDABatchNorm

_WORDS = 4  # that may name a stream


class CUDAMLP(MLP):
    """A training step is six or seven launches per layer, whatever the number of members."""

    def _linear(self, a: Array, own: Views) -> Array:
        weight = own["weight"]
        shape = (weight.shape[0], a.shape[1], weight.shape[2])
        z = multiply(a, weight, namespace(a).empty(shape, dtype=weight.dtype))
        if "bias" in own:
            z += own["bias"]
        return z

    def _linear_backward(self, d: Array, a: Array, own: Views, filled: Views, needs_input: bool) -> Array:
        multiply(a.swapaxes(1, 2), d, filled["weight"])
        if "bias" in own:
            filled["bias"][...] = d.sum(axis=1, keepdims=True)
        if not needs_input:
            return d
        weight = own["weight"].swapaxes(1, 2)
        return multiply(d, weight, namespace(d).empty((*d.shape[:2], weight.shape[2]), dtype=d.dtype))

    def _inner(self, z: Array, own: Views, running: Views, context: ModelContext) -> tuple[Array, Any]:
        if not _as_one(context):
            return super()._inner(z, own, running, context)
        normalizer: Any = context.normalizer
        h, kept = normalizer.floored(z, own, running, 0.0)
        return h, kept

    def _inner_backward(self, d: Array, kept: Any, own: Views, filled: Views, context: ModelContext) -> Array:
        if not _as_one(context):
            return super()._inner_backward(d, kept, own, filled, context)
        return context.normalizer.backward(d, kept, own, filled)

    def _mask(self, h: Array, layer: int, context: ModelContext) -> Array:
        assert context.streams is not None, "training passes have streams"
        xp, words = namespace(h), context.streams.child("dropout", layer).named()
        assert len(words) <= _WORDS
        keys, padded = _sent(context.streams.keys.tobytes(), xp), [*words, *[numpy.uint64(0)] * (_WORDS - len(words))]
        mask: Array = xp.empty_like(h)
        count = h.shape[1] * h.shape[2]
        KEEP_OR_DROP(len(h), count, mask, self.dropout, keys, *padded, len(words), count)
        return mask


def _as_one(context: ModelContext) -> bool:
    normalizer = context.normalizer
    known = type(normalizer) is CUDABatchNorm and type(context.activation) is ReLU
    return context.training and known and normalizer.place == "before-activation"


@lru_cache(8)
def _sent(keys: bytes, xp: Any) -> Array:
    """Keys on the device: sent once an epoch, whose steps differ only in words."""
    sent: Array = xp.asarray(numpy.frombuffer(keys, dtype=numpy.uint64))
    return sent


# SplitMix64 as in caviar.values.random, whose draws these are.
KEEP_OR_DROP = Kernel(
    r"""
typedef unsigned long long bits;

__device__ bits mix(bits x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

extern "C" __global__ void keep_or_drop(
    REAL* mask, const REAL* rate, const bits* keys, bits word1, bits word2, bits word3, bits word4,
    long long words, long long count)
{
    const bits golden = 0x9E3779B97F4A7C15ull, word[4] = {word1, word2, word3, word4};
    const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x, k = blockIdx.y;
    if (i >= count) return;
    bits key = keys[k];
    for (long long w = 0; w < words; w++) key = mix((key + golden) ^ mix(word[w] + golden));
    const int kept = sizeof(REAL) == 4 ? 24 : 53;
    const REAL unit = sizeof(REAL) == 4 ? 1.0 / (1ull << 24) : 1.0 / (1ull << 53);
    const REAL drawn = (REAL)(mix(key + (bits)(i + 1) * golden) >> (64 - kept)) * unit;
    mask[k * count + i] = drawn >= rate[k] ? 1 / (1 - rate[k]) : 0;
}
""",
    "keep_or_drop",
)
