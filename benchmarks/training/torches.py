"""PyTorch: an eager loop with fused Adam, and 16 models under torch.func.vmap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

from benchmarks.training.shapes import Shape


def network(shape: Shape, rate: float = 0.0, track: bool = True) -> nn.Sequential:
    layers: list[nn.Module] = []
    inputs = shape.inputs
    for _ in range(2):
        layers += [nn.Linear(inputs, shape.units, bias=False), nn.BatchNorm1d(shape.units, track_running_stats=track)]
        layers += [nn.ReLU(), *([nn.Dropout(rate)] if rate else [])]
        inputs = shape.units
    return nn.Sequential(*layers, nn.Linear(inputs, shape.classes))


def eager(shape: Shape, extra: str = "") -> Callable[[], int]:
    """The loop everyone writes."""
    torch.set_num_threads(1)
    x, y = (torch.from_numpy(each) for each in shape.data())
    model = network(shape, 0.2 if extra == "dropout" else 0.0)
    optimizer = torch.optim.Adam(model.parameters(), fused=True, weight_decay=1e-4 if extra == "l2" else 0.0)
    criterion = nn.CrossEntropyLoss()

    def run() -> int:
        model.train()
        total = 0.0
        for rows in torch.split(torch.randperm(shape.rows), shape.batch):
            loss = criterion(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            if extra == "clip":
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.detach()
        return shape.steps

    return run


def vmapped(shape: Shape, members: int) -> Callable[[], int]:
    """Running statistics are left out: vmap cannot update them."""
    torch.set_num_threads(1)
    x, y = (torch.from_numpy(each) for each in shape.data())
    models = [network(shape, track=False) for _ in range(members)]
    parameters, buffers = stack_module_state(models)
    base = models[0].to("meta")
    leaves = {name: each.detach().requires_grad_() for name, each in parameters.items()}
    optimizer = torch.optim.Adam(list(leaves.values()), fused=True)

    def loss_of(own: Any, held: Any, rows: Any, truth: Any) -> Any:
        return nn.functional.cross_entropy(functional_call(base, (own, held), (rows,)), truth)

    step = vmap(grad_and_value(loss_of), in_dims=(0, 0, None, None))

    def run() -> int:
        for rows in torch.split(torch.randperm(shape.rows), shape.batch):
            gradients, _ = step({n: each.detach() for n, each in leaves.items()}, buffers, x[rows], y[rows])
            for name, leaf in leaves.items():
                leaf.grad = gradients[name]
            optimizer.step()
        return shape.steps * members

    return run


def predictor(shape: Shape, rows: int) -> Callable[[], int]:
    """Probabilities in evaluation mode, all rows at once."""
    torch.set_num_threads(1)
    model = network(shape).eval()
    x = torch.from_numpy(numpy.resize(shape.data()[0], (rows, shape.inputs)))
    repeats = 100 if rows == 1 else 1

    def run() -> int:
        with torch.inference_mode():
            for _ in range(repeats):
                model(x).softmax(dim=1).numpy()
        return repeats

    return run
