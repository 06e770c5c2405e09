"""Softmax cross-entropy's compiled variant: loss and gradient in one go."""

from __future__ import annotations

from typing import Any

import numpy
from caviar.plugin import Array

from caviar_plugins.kernels import compiled, exponentials, subkernel, summing, walkable
from caviar_plugins.losses.softmax_cross_entropy import SoftmaxCrossEntropy


class CompiledSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """Weighed classes take the plain way."""

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        if self.class_weights is not None:
            return super().forward(output, target)
        gradient = numpy.array(output, order="C")
        losses = numpy.empty(output.shape[:2], output.dtype)
        spare = numpy.empty(gradient[0].size, f"i{gradient.itemsize}")
        _forward(gradient, walkable(target), losses, spare, shares(self, len(output), output.dtype))
        return losses, gradient

    def backward(self, cache: Any) -> Array:
        if self.class_weights is not None:
            return super().backward(cache)
        gradient: Array = cache
        return gradient

    def predict(self, output: Array) -> Array:
        p = numpy.array(output, order="C")
        _probabilities(p, numpy.empty(p[0].size, f"i{p.itemsize}"))
        return p


def shares(loss: SoftmaxCrossEntropy, members: int, dtype: Any) -> Array:
    """Each member's smoothing, (members,)."""
    each: Any = loss.smoothing
    share = numpy.empty(members, dtype)  # a tenth of what broadcast_to takes, in each step
    share[:] = numpy.reshape(each, -1)
    return share


@compiled
def _forward(output: Array, target: Array, losses: Array, spare: Array, smoothing: Array) -> None:
    for k in range(len(output)):
        cross_entropy(output[k], target, losses[k], spare, smoothing[k])


@subkernel
def cross_entropy(output: Array, target: Array, losses: Array, spare: Array, smoothing: Any) -> None:
    """One member's losses; its output becomes the gradient (p - smoothed) / rows. spare: as of `exponentials`."""
    rows, classes = output.shape
    one = output.dtype.type(1)
    part = one / output.dtype.type(rows)
    each = smoothing / output.dtype.type(classes)
    _shift(output)
    for i in range(rows):
        losses[i] = -output[i, target[i, 0]]
    if smoothing > 0:
        for i in range(rows):
            losses[i] = (one - smoothing) * losses[i] - each * _sum(output[i])
    exponentials(output.reshape(-1), spare)
    for i in range(rows):
        total = _sum(output[i])
        losses[i] += numpy.log(total)
        share = part / total
        for j in range(classes):
            output[i, j] *= share
        output[i, target[i, 0]] -= part
    if smoothing > 0:
        for i in range(rows):
            for j in range(classes):
                output[i, j] -= part * each
            output[i, target[i, 0]] += part * smoothing


@compiled
def _probabilities(p: Array, spare: Array) -> None:
    for k in range(len(p)):
        _shift(p[k])
        exponentials(p[k].reshape(-1), spare)
        for i in range(p.shape[1]):
            share = p.dtype.type(1) / _sum(p[k, i])
            for j in range(p.shape[2]):
                p[k, i, j] *= share


@subkernel
def _shift(output: Array) -> None:
    """Takes each row's largest number off."""
    for i in range(output.shape[0]):
        most = output[i, 0]
        for j in range(1, output.shape[1]):
            most = max(most, output[i, j])
        for j in range(output.shape[1]):
            output[i, j] -= most


@summing
def _sum(row: Array) -> Any:
    total = row[0]
    for j in range(1, len(row)):
        total += row[j]
    return total
