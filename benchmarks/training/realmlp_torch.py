"""The network of `realmlp.py` in PyTorch with fused Adam: one, eager or compiled, and many under torch.func.vmap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from math import pi
from typing import Any

import torch
from torch import nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

from benchmarks.training.realmlp import BATCH, CLASSES, FREQUENCIES, NUMBERS, ROWS, SIGMA, UNITS, WIDTH, data, rate


class Embedded(nn.Module):  # type: ignore[misc, unused-ignore]  # PyTorch is not in every environment
    """`periodic` and a front scale."""

    def __init__(self) -> None:
        super().__init__()
        self.frequency = nn.Parameter(SIGMA * torch.randn(NUMBERS, 1, FREQUENCIES))
        self.phase = nn.Parameter(pi * (2 * torch.rand(NUMBERS, 1, FREQUENCIES) - 1))
        self.weight = nn.Parameter((2 * torch.rand(NUMBERS, FREQUENCIES, WIDTH - 1) - 1) / FREQUENCIES**0.5)
        self.bias = nn.Parameter((2 * torch.rand(NUMBERS, 1, WIDTH - 1) - 1) / FREQUENCIES**0.5)
        self.scale = nn.Parameter(torch.ones(NUMBERS * WIDTH))

    def forward(self, rows: Any) -> Any:
        waves = torch.cos(2 * pi * rows.T[:, :, None] * self.frequency + self.phase)
        mixed = torch.baddbmm(self.bias, waves, self.weight).transpose(0, 1).flatten(1)
        return torch.cat([mixed, rows], dim=1) * self.scale


def alone(activation: str, compiled: bool) -> Callable[[], int]:
    """The loop everyone writes; `compiled`: by torch.compile."""
    torch.set_num_threads(1)
    x, y = (torch.from_numpy(each) for each in data())
    model = _network(activation)
    criterion = nn.CrossEntropyLoss()
    optimizer = _adam(model.named_parameters())

    def loss_of(rows: Any, truth: Any) -> Any:
        return criterion(model(rows), truth)

    chosen: Any = torch.compile(loss_of) if compiled else loss_of

    def run() -> int:
        total = 0.0
        for rows in torch.split(torch.randperm(ROWS), BATCH):
            loss = chosen(x[rows], y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return ROWS // BATCH

    return run


def vmapped(activation: str, members: int) -> Callable[[], int]:
    """All members under one vmap, on the same mini-batches."""
    torch.set_num_threads(1)
    x, y = (torch.from_numpy(each) for each in data())
    models = [_network(activation) for _ in range(members)]
    parameters, _ = stack_module_state(models)
    base = models[0].to("meta")
    leaves = {name: each.detach().requires_grad_() for name, each in parameters.items()}
    optimizer = _adam(leaves.items())

    def loss_of(own: Any, rows: Any, truth: Any) -> Any:
        return nn.functional.cross_entropy(functional_call(base, own, (rows,)), truth)

    step = vmap(grad_and_value(loss_of), in_dims=(0, None, None))

    def run() -> int:
        for rows in torch.split(torch.randperm(ROWS), BATCH):
            gradients, _ = step({name: each.detach() for name, each in leaves.items()}, x[rows], y[rows])
            for name, leaf in leaves.items():
                leaf.grad = gradients[name]
            optimizer.step()
        return ROWS // BATCH * members

    return run


def _network(activation: str) -> nn.Sequential:
    widths = (NUMBERS * WIDTH, UNITS, UNITS, UNITS)
    hidden = [each for a, b in pairwise(widths) for each in (nn.Linear(a, b), getattr(nn, activation)())]
    return nn.Sequential(Embedded(), *hidden, nn.Linear(UNITS, CLASSES))


def _adam(parameters: Iterable[tuple[str, Any]]) -> torch.optim.Adam:
    """Slots with a rate of their own are groups: the scale, the embedding, biases, weights."""
    groups: dict[float, list[Any]] = {}
    for name, parameter in parameters:
        role = "scale" if name == "0.scale" else "embedding" if name.startswith("0.") else name.split(".")[-1]
        groups.setdefault(rate(role), []).append(parameter)
    return torch.optim.Adam([{"params": own, "lr": each} for each, own in groups.items()], fused=True)
