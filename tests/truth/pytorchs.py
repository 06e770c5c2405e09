"""What PyTorch makes of a case, by its own layers, losses, schedules and optimizers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import torch
from caviar.plugin import Array
from caviar_plugins import Cosine, Exponential, InverseTime, Step, Warmup
from torch import nn
from torch.optim import lr_scheduler

from tests.truth.cases import EPOCHS, TRAINED


def normalizer(parts: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    units = arrays["z"].shape[-1]
    layer = _normalizer(parts["plugin"], units).to(torch.as_tensor(arrays["z"]).dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(arrays["gamma"]))
        layer.bias.copy_(torch.as_tensor(arrays["beta"]))
    for batch in arrays["z"]:
        z = torch.tensor(batch, requires_grad=True)
        output = layer(z)
    output.backward(torch.as_tensor(arrays["gradient"]))
    layer.eval()
    found = {"output": output, "dz": z.grad, "d_gamma": layer.weight.grad, "d_beta": layer.bias.grad}
    found["prediction"] = layer(torch.as_tensor(arrays["z"][0]))
    if isinstance(layer, nn.BatchNorm1d):
        found |= {"mean": layer.running_mean, "variance": layer.running_var}
    return {name: each.detach().numpy() for name, each in found.items()}


def activation(parts: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    layers = {
        "ReLU": nn.ReLU(),
        "LeakyReLU": nn.LeakyReLU(getattr(parts["plugin"], "slope", 0.01)),
        "GELU": nn.GELU(approximate="tanh"),
        "SiLU": nn.SiLU(),
        "Tanh": nn.Tanh(),
        "Sigmoid": nn.Sigmoid(),
    }
    z = torch.tensor(arrays["z"], requires_grad=True)
    output = layers[type(parts["plugin"]).__name__](z)
    output.backward(torch.as_tensor(arrays["gradient"]))
    return {"output": output.detach().numpy(), "dz": z.grad.numpy()}


def loss(parts: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    output, target = torch.tensor(arrays["output"], requires_grad=True), torch.as_tensor(arrays["target"])
    value = _loss(parts["plugin"], output, target)
    value.backward()
    return {"value": value.detach().numpy(), "gradient": output.grad.numpy()}


def schedule(parts: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    parameter = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    scheduler, factors = _scheduler(parts["plugin"], optimizer, EPOCHS), []
    for _ in range(EPOCHS):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return {"factors": numpy.asarray(factors)}


def optimizer(parts: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    places = [slice(slot.start, slot.stop) for slot in TRAINED]
    parameters = [nn.Parameter(torch.tensor(arrays["start"][place])) for place in places]
    weights = [each for each, slot in zip(parameters, TRAINED, strict=True) if slot.role == "weight"]
    others = [each for each, slot in zip(parameters, TRAINED, strict=True) if slot.role != "weight"]
    optimizer, path = _optimizer(parts["plugin"], weights, others), []
    for gradients in arrays["gradients"]:
        for parameter, place in zip(parameters, places, strict=True):
            parameter.grad = torch.tensor(gradients[place])
        optimizer.step()
        path.append(numpy.concatenate([each.detach().numpy() for each in parameters]))
    return {"path": numpy.stack(path)}


def embedding(parts: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    x, names = torch.as_tensor(arrays["x"]), ("frequency", "phase", "weight", "bias")
    own = {name: torch.tensor(arrays[name], requires_grad=True) for name in names}
    turns = parts["plugin"].sigma * own["frequency"] * x[:, :, None]  # (rows, numbers, frequencies)
    waves = torch.cos(2 * torch.pi * turns + own["phase"])
    mixed = torch.einsum("bnk,nkc->bnc", waves, own["weight"]) + own["bias"]
    output = torch.cat([mixed, x[:, :, None]], dim=2).flatten(1)
    output.backward(torch.as_tensor(arrays["gradient"]))
    return {"output": output.detach().numpy()} | {f"d_{name}": each.grad.numpy() for name, each in own.items()}


def network(parts: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    layers = _Network(parts["model"].units, parts["model"].residual, parts["normalizer"], arrays)
    weights = [each.weight for each in layers.linear]
    others = [each for each in layers.parameters() if not any(each is weight for weight in weights)]
    optimizer = _optimizer(parts["optimizer"], weights, others)
    x, y = torch.as_tensor(arrays["x"]), torch.as_tensor(arrays["y"])[:, 0]
    for rows in torch.as_tensor(arrays["batches"]).long():  # bytes would be taken for a mask
        optimizer.zero_grad()
        penalty = sum((each**2).sum() for each in weights) * (parts["strength"] / 2)
        (nn.functional.cross_entropy(layers(x[rows]), y[rows]) + penalty).backward()
        optimizer.step()
    layers.eval()
    return layers.named() | {"output": layers(x).detach().numpy()}


class _Network(nn.Module):  # type: ignore[misc, unused-ignore]  # PyTorch is not in every environment
    """Linear layers with ReLU, and the normalizer before or after it; with `residual`, all but the first add their x.

    All hidden layers are then as wide as each other.
    """

    def __init__(self, units: tuple[int, ...], residual: bool, plugin: Any, arrays: Mapping[str, Array]) -> None:
        super().__init__()
        self.residual = residual
        widths = [arrays["x"].shape[1], *units, 3]
        self.before = plugin.place == "before-activation"
        biased = not (self.before and type(plugin).__name__ == "BatchNorm")
        last = len(widths) - 2
        self.linear = nn.ModuleList(
            nn.Linear(widths[i], widths[i + 1], bias=biased or i == last, dtype=torch.float64) for i in range(last + 1)
        )
        self.normal = nn.ModuleList(_normalizer(plugin, width).double() for width in units)
        names = [*(f"layer{i + 1}" for i in range(last)), "output"]
        self.names = names
        with torch.no_grad():
            for name, layer in zip(names, self.linear, strict=True):
                layer.weight.copy_(torch.as_tensor(arrays[f"start.{name}.weight"]).T)
                if layer.bias is not None:
                    layer.bias.zero_()

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        for number, (linear, normal) in enumerate(zip(self.linear, self.normal, strict=False)):
            z = linear(a)
            h = torch.relu(normal(z)) if self.before else normal(torch.relu(z))
            a = h + a if self.residual and number > 0 else h
        last: torch.Tensor = self.linear[-1](a)
        return last

    def named(self) -> dict[str, Array]:
        """Everything learned, under our names and in our shapes."""
        found: dict[str, Any] = {}
        for name, linear in zip(self.names, self.linear, strict=True):
            found[f"{name}.weight"] = linear.weight.T
            found[f"{name}.bias"] = linear.bias
        for name, normal in zip(self.names, self.normal, strict=False):
            found[f"{name}.gamma"], found[f"{name}.beta"] = (
                getattr(normal, "weight", None),
                getattr(normal, "bias", None),
            )
            found[f"{name}.mean"] = getattr(normal, "running_mean", None)
            found[f"{name}.variance"] = getattr(normal, "running_var", None)
        arrays = {name: each.detach().numpy().copy() for name, each in found.items() if each is not None}
        return {name: each if each.ndim == 2 else each[None] for name, each in arrays.items()}


def _normalizer(plugin: Any, units: int) -> Any:
    if type(plugin).__name__ == "BatchNorm":
        return nn.BatchNorm1d(units, eps=plugin.epsilon, momentum=1 - plugin.averaging)
    if type(plugin).__name__ == "LayerNorm":
        return nn.LayerNorm(units, eps=plugin.epsilon)
    return nn.Identity()


def _loss(plugin: Any, output: torch.Tensor, target: torch.Tensor) -> Any:
    name, weights = type(plugin).__name__, getattr(plugin, "class_weights", None)
    if name == "SoftmaxCrossEntropy":
        weight = None if weights is None else torch.tensor(weights, dtype=output.dtype)
        return nn.functional.cross_entropy(output, target[:, 0], weight=weight, label_smoothing=plugin.smoothing)
    if name == "BinaryCrossEntropy" and weights is None:
        return nn.functional.binary_cross_entropy_with_logits(output, target.to(output.dtype))
    if name == "BinaryCrossEntropy":  # PyTorch's own does not weigh the mean by class; its softmax does
        both = torch.cat([torch.zeros_like(output), output], dim=1)
        return nn.functional.cross_entropy(both, target[:, 0], weight=torch.tensor(weights, dtype=output.dtype))
    if name == "Huber":
        return nn.functional.huber_loss(output, target, delta=plugin.delta)
    return {"Squared": nn.functional.mse_loss, "Absolute": nn.functional.l1_loss}[name](output, target)


def _scheduler(plugin: Any, optimizer: torch.optim.Optimizer, epochs: int) -> Any:
    if isinstance(plugin, Step):
        return lr_scheduler.StepLR(optimizer, plugin.every, plugin.decay)
    if isinstance(plugin, Exponential):
        return lr_scheduler.ExponentialLR(optimizer, plugin.decay)
    if isinstance(plugin, InverseTime):
        return lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + plugin.decay * epoch))
    if isinstance(plugin, Cosine):
        return lr_scheduler.CosineAnnealingLR(optimizer, epochs, eta_min=plugin.final)
    if isinstance(plugin, Warmup):
        rise = lr_scheduler.LinearLR(optimizer, plugin.start, total_iters=plugin.length)
        rest = _scheduler(plugin.then, optimizer, epochs - plugin.length)
        return lr_scheduler.SequentialLR(optimizer, [rise, rest], [plugin.length])
    return lr_scheduler.ConstantLR(optimizer, 1.0)


def _optimizer(plugin: Any, weights: list[nn.Parameter], others: list[nn.Parameter]) -> torch.optim.Optimizer:
    name, lr = type(plugin).__name__, plugin.learning_rate
    if name == "SGD":
        return torch.optim.SGD([*weights, *others], lr=lr, momentum=plugin.momentum, nesterov=plugin.nesterov)
    if name == "RMSprop":
        constants = {"alpha": plugin.beta2, "eps": plugin.epsilon, "momentum": plugin.momentum}
        return torch.optim.RMSprop([*weights, *others], lr=lr, **constants)
    betas = (plugin.beta1, plugin.beta2)
    if name == "Adam":
        return torch.optim.Adam([*weights, *others], lr=lr, betas=betas, eps=plugin.epsilon)
    groups = [{"params": weights, "weight_decay": plugin.decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=lr, betas=betas, eps=plugin.epsilon)
