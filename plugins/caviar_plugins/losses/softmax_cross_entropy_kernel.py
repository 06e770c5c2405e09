"""Softmax cross-entropy's compiled twin: loss and gradient in one go."""

from __future__ import annotations

from typing import Any

import numpy
from caviar import Array

from caviar_plugins.kernels import compiled, walkable
from caviar_plugins.losses.softmax_cross_entropy import SoftmaxCrossEntropy


class CompiledSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """Weighed classes take the plain way."""

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        if self.class_weights is not None:
            return super().forward(output, target)
        shifted = numpy.empty(output.shape, output.dtype)
        losses = numpy.empty(output.shape[:2], output.dtype)
        _shift(walkable(output), shifted)
        # NumPy's exp takes many numbers at once, a compiled loop one: 0.6 against 4 ns for each.
        p = numpy.exp(shifted)
        _finish(shifted, p, walkable(target), losses)
        return losses, p

    def backward(self, cache: Any) -> Array:
        if self.class_weights is not None:
            return super().backward(cache)
        gradient: Array = cache
        return gradient

    def predict(self, output: Array) -> Array:
        p = numpy.empty(output.shape, output.dtype)
        _shift(walkable(output), p)
        numpy.exp(p, out=p)
        _share(p)
        return p


@compiled
def _shift(output: Array, shifted: Array) -> None:
    members, rows, classes = output.shape
    for k in range(members):
        for i in range(rows):
            most = output[k, i, 0]
            for j in range(1, classes):
                most = max(most, output[k, i, j])
            for j in range(classes):
                shifted[k, i, j] = output[k, i, j] - most


@compiled
def _finish(shifted: Array, p: Array, target: Array, losses: Array) -> None:
    """p: exp of shifted outputs, becomes the gradient (p - one_hot) / rows."""
    members, rows, classes = p.shape
    for k in range(members):
        for i in range(rows):
            total = p[k, i, 0]
            for j in range(1, classes):
                total += p[k, i, j]
            losses[k, i] = numpy.log(total) - shifted[k, i, target[i, 0]]
            share = 1 / (total * rows)
            for j in range(classes):
                p[k, i, j] *= share
            p[k, i, target[i, 0]] -= 1 / rows


@compiled
def _share(p: Array) -> None:
    members, rows, classes = p.shape
    for k in range(members):
        for i in range(rows):
            total = p[k, i, 0]
            for j in range(1, classes):
                total += p[k, i, j]
            for j in range(classes):
                p[k, i, j] /= total
