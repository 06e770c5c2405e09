"""Networks of the tests: what stacks, what stacks from two members on, and what does not."""

from __future__ import annotations

from typing import Any

import torch
from caviar_plugins import LogInt, Uniform, network
from torch import Tensor, nn
from torch.nn import functional


@network
def layers(inputs: int, outputs: int, units: Any = LogInt(4, 8), dropout: Any = Uniform(0.0, 0.5)) -> nn.Module:
    """Three layers, the first with batch normalization and dropout."""
    return nn.Sequential(
        nn.Linear(inputs, units),
        nn.BatchNorm1d(units),
        nn.Tanh(),
        nn.Dropout(dropout),
        nn.Linear(units, units),
        nn.GELU(),
        nn.Linear(units, outputs),
    )


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, units: int, scale: float) -> None:
        super().__init__()
        self.first, self.again, self.last = nn.Linear(inputs, units), nn.Linear(units, units), nn.Linear(units, outputs)
        self.norm, self.drop = nn.BatchNorm1d(units), nn.Dropout(0.25)
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.first(x.view(x.size(0), -1)))
        x = x + self.scale * self.drop(torch.tanh(self.norm(self.again(x))))
        return self.last(x * self.again(x))


@network
def residual(inputs: int, outputs: int, units: Any = 7, scale: Any = Uniform(0.5, 2.0)) -> nn.Module:
    """A forward of its own that stacks: a sum, a product, a layer used twice, a number of the member's own."""
    return _Residual(inputs, outputs, units, scale)


class _Gated(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, 7)
        self.gate = nn.Linear(7, 7, bias=False)
        self.norm = nn.LayerNorm(7)
        self.scale = nn.Parameter(torch.tensor(1.5))
        self.drop = nn.Dropout(0.25)
        self.last = nn.Linear(7, outputs)
        self.unused = nn.Parameter(torch.ones(3))
        self.register_buffer("passes", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.passes += 1
        a = self.drop(functional.silu(self.first(x)))
        return self.last(self.drop(self.norm(a * torch.sigmoid(self.gate(a)) * self.scale)))


@network
def gated(inputs: int, outputs: int) -> nn.Module:
    """A parameter without axes and one without use, a count, a dropout layer used twice, and functions of tensors."""
    return _Gated(inputs, outputs)


@network
def kernels(shape: tuple[int, ...], outputs: int) -> nn.Module:
    """Convolutions of whole samples."""
    return nn.Sequential(
        nn.Unflatten(1, (1, shape[0])),
        nn.Conv2d(1, 4, 2),
        nn.BatchNorm2d(4, momentum=None),
        nn.ReLU(),
        nn.Dropout2d(0.25),
        nn.Flatten(),
        nn.Linear(4 * (shape[0] - 1) * (shape[1] - 1), outputs),
    )


class _Recurrent(nn.Module):
    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.cell = nn.LSTM(2, 5, batch_first=True)
        self.last = nn.Linear(5, outputs)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.cell(x.reshape(len(x), -1, 2))
        return self.last(functional.dropout(states[:, -1], 0.3, self.training))


@network
def recurrent(inputs: int, outputs: int) -> nn.Module:
    """An LSTM, and a dropout that is no layer: neither stacks."""
    return _Recurrent(outputs)
