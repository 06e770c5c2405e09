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


class _Kernels(nn.Module):
    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.inside = nn.Conv1d(1, 4, 3, padding=1)
        self.norm = nn.GroupNorm(2, 4)
        self.scale = nn.Parameter(torch.tensor(1.5))
        self.drop = nn.Dropout1d(0.25)
        self.last = nn.Linear(24, outputs)

    def forward(self, x: Tensor) -> Tensor:
        a = self.drop(functional.silu(self.norm(self.inside(x[:, None]))))
        return self.last(self.drop(a * self.scale).flatten(1))


@network
def kernels(inputs: int, outputs: int) -> nn.Module:
    """A convolution, a parameter without axes, and a dropout layer that is used twice."""
    return _Kernels(outputs)


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
