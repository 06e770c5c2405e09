"""Dropout of PyTorch modules with the members' own random streams, stacked or not."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor, nn

# SplitMix64 as `caviar.plugin.uniforms` draws it, on signed integers, which PyTorch has.
_GOLDEN, _FIRST, _SECOND = (each - (1 << 64) for each in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_AXES = {nn.Dropout: 0, nn.Dropout1d: 1, nn.Dropout2d: 2, nn.Dropout3d: 3}
"""The last axes that are dropped as a whole."""


class Dropout(nn.Module):
    """x / (1 - p) where a uniform is at least p, else 0; one number for each value, or for each channel."""

    def __init__(self, p: float, axes: int) -> None:
        super().__init__()
        self.p, self.axes = p, axes

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


def with_own_dropout(module: nn.Module) -> nn.Module:
    """The module, its dropout layers replaced; those of other kinds draw as they do, which no stack allows."""
    own: dict[nn.Module, Dropout] = {}
    for each in module.modules():
        if type(each) in _AXES:
            own[each] = Dropout(float(each.p), _AXES[type(each)])
    for parent in list(module.modules()):
        for name, child in list(parent._modules.items()):  # with the names that a layer has besides its first
            if child in own:
                setattr(parent, name, own[child])
    return own.get(module, module)


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
