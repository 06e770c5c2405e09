"""Layers of PyTorch modules in forms whose numbers for a member are the same bits in every stack."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

# SplitMix64 as `caviar.plugin.uniforms` draws it, on signed integers, which PyTorch has.
_GOLDEN, _FIRST, _SECOND = (each - (1 << 64) for each in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


class Dropout(nn.Module):
    """x / (1 - p) where a uniform is at least p, else 0: with the member's own stream."""

    axes: ClassVar[int] = 0
    """The last axes that are dropped as a whole."""
    p: float | Tensor

    def begin(self, key: Tensor) -> None:
        """A pass begins, with a member's stream for this layer and mini-batch; a layer used twice draws twice."""
        self.key, self.calls = key, 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        shape = (*x.shape[: x.ndim - self.axes], *[1] * self.axes)
        drawn = _uniforms(self.key, self.calls, prod(shape), x)
        self.calls += 1
        return x * (drawn.reshape(shape) >= self.p) / (1 - self.p)


class Dropout1d(Dropout):
    """Drops whole channels of (batch, channels, length)."""

    axes = 1


class Dropout2d(Dropout):
    """Drops whole channels of (batch, channels, height, width)."""

    axes = 2


class Dropout3d(Dropout):
    """Drops whole channels of (batch, channels, depth, height, width)."""

    axes = 3


class BatchNorm(nn.modules.batchnorm._BatchNorm):
    """(x - mean) / sqrt(variance + eps) * weight + bias, mean and variance those of each channel in the mini-batch.

    PyTorch's own lays the channels of all members side by side, so that a member's sums depend on how many there are.
    Running statistics are changed in place. Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        """Any number of axes: the second is that of channels."""

    def forward(self, x: Tensor) -> Tensor:
        axes = [axis for axis in range(x.ndim) if axis != 1]
        beside: Any = [-1, *[1] * (x.ndim - 2)]
        if self.training or self.running_mean is None or self.running_var is None:
            rows = x.numel() // x.shape[1]
            if rows < 2:
                raise ValueError("batch normalization needs more than one row to train on")
            mean = x.mean(axes)
            x = x - mean.reshape(beside)
            variance = x.square().mean(axes)
            if self.training and self.running_mean is not None and self.running_var is not None:
                share = self._share()
                self.running_mean.mul_(1 - share).add_(share * mean.detach())
                self.running_var.mul_(1 - share).add_(share * variance.detach() * (rows / (rows - 1)))
        else:
            x, variance = x - self.running_mean.reshape(beside), self.running_var
        y = x * torch.rsqrt(variance + self.eps).reshape(beside)
        return y * self.weight.reshape(beside) + self.bias.reshape(beside) if self.affine else y

    def _share(self) -> Any:
        """What the new mini-batch counts: `momentum`, or its part of all batches so far."""
        assert self.num_batches_tracked is not None, "it comes with the running statistics"
        self.num_batches_tracked.add_(1)
        return 1 / self.num_batches_tracked if self.momentum is None else self.momentum


_FORMS = {
    nn.Dropout: Dropout,
    nn.Dropout1d: Dropout1d,
    nn.Dropout2d: Dropout2d,
    nn.Dropout3d: Dropout3d,
    nn.BatchNorm1d: BatchNorm,
    nn.BatchNorm2d: BatchNorm,
    nn.BatchNorm3d: BatchNorm,
}


def with_own_forms(module: nn.Module) -> nn.Module:
    """The module, the classes of some layers exchanged; all that these hold stays."""
    for layer in module.modules():
        layer.__class__ = _FORMS.get(type(layer), type(layer))
    return module


def _uniforms(key: Tensor, calls: int, count: int, like: Tensor) -> Tensor:
    counter = torch.arange(1, count + 1, dtype=torch.int64, device=like.device) + (calls << 40)
    x = key + counter * _GOLDEN
    x = (x ^ _shifted(x, 30)) * _FIRST
    x = (x ^ _shifted(x, 27)) * _SECOND
    x = x ^ _shifted(x, 31)
    kept = 24 if like.dtype == torch.float32 else 53
    return _shifted(x, 64 - kept).to(like.dtype) * 2.0**-kept


def _shifted(x: Tensor, by: int) -> Tensor:
    """A shift to the right that fills with zeros; PyTorch's fills with the sign."""
    return (x >> by) & ((1 << (64 - by)) - 1)
