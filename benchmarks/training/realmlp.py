"""A step of a network like RealMLP: 16 numbers, each embedded as 4, then 256-256-256-10; batch 256."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import pi
from statistics import median
from typing import Any

import numpy

from benchmarks.training.worker import Worker

_NUMBERS, _CLASSES, _UNITS, _BATCH, _ROWS = 16, 10, 256, 256, 5120
_FREQUENCIES, _WIDTH, _SIGMA = 16, 4, 0.1
_MEMBERS = (1, 4, 16)
_TARGET = 2.5


def _rows() -> tuple[Any, Any]:
    random = numpy.random.default_rng(0)
    x = random.standard_normal((_ROWS, _NUMBERS)).astype(numpy.float32)
    return x, random.integers(0, _CLASSES, _ROWS)


def ours(activation: str, members: int) -> Callable[[], int]:
    """Trains an epoch; returns steps times members."""
    import caviar_plugins
    from caviar import Pipeline
    from caviar.engine.training.bind import bind_population
    from caviar.engine.training.malloc import keep_freed_memory
    from caviar.engine.training.variants import compiled
    from caviar.plugin import Dataset, InputColumn, Inputs, Random, Split, Task, TrainerContext, lay_out
    from caviar_plugins.trainers.epoch import train_epoch
    from threadpoolctl import threadpool_limits

    keep_freed_memory()
    threadpool_limits(1)
    x, y = _rows()
    task = Task("classification", ("y",), tuple(range(_CLASSES)))
    split = Split(numpy.arange(_ROWS), numpy.arange(_BATCH), numpy.arange(0))
    inputs = Inputs.of([InputColumn(f"x{number}", "number") for number in range(_NUMBERS)])
    data = Dataset(x, y[:, None], y[:, None], split, task, "", inputs)
    pipeline = Pipeline(
        model=caviar_plugins.MLP(
            layers=3,
            units=_UNITS,
            activation=getattr(caviar_plugins, activation)(),
            embedding=(caviar_plugins.Periodic(frequencies=_FREQUENCIES, width=_WIDTH, sigma=_SIGMA),),
            front_scale=True,
            parametrization="ntk",
            bias_rate=0.1,
        ),
        normalizer=caviar_plugins.NoNormalizer(),
        optimizer=caviar_plugins.Adam(),
        trainer=caviar_plugins.PopulationTrainer(batch_size=_BATCH, loss=caviar_plugins.SoftmaxCrossEntropy()),
        transform=(),
        backend=caviar_plugins.NumPy(),
    )
    bound = bind_population(
        range(members), [pipeline] * members, [{}] * members, Random(1), lambda array: array, form=compiled
    )
    context = TrainerContext(caviar_plugins.NumPy(), task, Random(1), {}, lambda: None, inputs=inputs)
    trainer = bound.parts["trainer"]
    state = trainer.start(bound, data, context)
    slots = bound.parts["model"].layout(inputs, _CLASSES, bound.parts["normalizer"])
    layouts = lay_out(slots[0]), lay_out(slots[1])
    epochs = iter(range(1, 1_000_000))

    def run() -> int:
        with numpy.errstate(all="ignore"):
            train_epoch(state, bound, layouts, data, trainer.loss, context, next(epochs))
        return _ROWS // _BATCH * members

    return run


def products(members: int) -> Callable[[], int]:
    """A step's matrix products alone, without those of the embedding; SciPy's BLAS through numba, as ours."""
    from numba import njit
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)

    @njit(error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
    def dot(a: Any, b: Any, out: Any) -> None:
        numpy.dot(a, b, out)

    random = numpy.random.default_rng(0)

    def array(rows: int, columns: int) -> Any:
        return random.standard_normal((rows, columns)).astype(numpy.float32)

    widths = (_NUMBERS * _WIDTH, _UNITS, _UNITS, _UNITS, _CLASSES)
    steps = []
    for _ in range(members):
        layers = [(array(_BATCH, a), array(a, b), array(_BATCH, b)) for a, b in pairwise(widths)]
        steps.append([(a, w, d, numpy.empty_like(a), numpy.empty_like(w), numpy.empty_like(d)) for a, w, d in layers])

    def run() -> int:
        for layers in steps:
            for a, w, d, d_a, d_w, z in layers:
                dot(a, w, z)
                dot(a.T, d, d_w)
                dot(d, w.T, d_a)
        return members

    return run


def torchs(activation: str, compiled: bool) -> Callable[[], int]:
    """The same network in PyTorch with fused Adam, the loop everyone writes; `compiled`: by torch.compile."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    x, y = (torch.from_numpy(each) for each in _rows())

    class Embedded(nn.Module):  # type: ignore[misc, unused-ignore]  # PyTorch is not in every environment
        def __init__(self) -> None:
            super().__init__()
            self.frequency = nn.Parameter(_SIGMA * torch.randn(_NUMBERS, 1, _FREQUENCIES))
            self.phase = nn.Parameter(pi * (2 * torch.rand(_NUMBERS, 1, _FREQUENCIES) - 1))
            self.weight = nn.Parameter((2 * torch.rand(_NUMBERS, _FREQUENCIES, _WIDTH - 1) - 1) / _FREQUENCIES**0.5)
            self.bias = nn.Parameter((2 * torch.rand(_NUMBERS, 1, _WIDTH - 1) - 1) / _FREQUENCIES**0.5)
            self.scale = nn.Parameter(torch.ones(_NUMBERS * _WIDTH))

        def forward(self, rows: Any) -> Any:
            waves = torch.cos(2 * pi * rows.T[:, :, None] * self.frequency + self.phase)
            mixed = torch.baddbmm(self.bias, waves, self.weight).transpose(0, 1).flatten(1)
            return torch.cat([mixed, rows], dim=1) * self.scale

    widths = (_NUMBERS * _WIDTH, _UNITS, _UNITS, _UNITS)
    hidden = [each for a, b in pairwise(widths) for each in (nn.Linear(a, b), getattr(nn, activation)())]
    model: Any = nn.Sequential(Embedded(), *hidden, nn.Linear(_UNITS, _CLASSES))
    criterion = nn.CrossEntropyLoss()
    # Slots with a rate of their own are groups: scale, embedding, biases, weights.
    groups: dict[float, list[Any]] = {}
    for name, parameter in model.named_parameters():
        rate = 6.0 if name == "0.scale" else 0.1 if name.startswith("0.") or name.endswith("bias") else 1.0
        groups.setdefault(rate, []).append(parameter)
    given = [{"params": own, "lr": 1e-3 * rate} for rate, own in groups.items()]
    optimizer = torch.optim.Adam(given, fused=True)

    def loss_of(rows: Any, truth: Any) -> Any:
        return criterion(model(rows), truth)

    chosen: Any = torch.compile(loss_of) if compiled else loss_of

    def run() -> int:
        total = 0.0
        for rows in torch.split(torch.randperm(_ROWS), _BATCH):
            loss = chosen(x[rows], y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return _ROWS // _BATCH

    return run


def section(rounds: int, core: int) -> str:
    """The table: all in turn, ratios taken within a round."""
    entries: dict[str, tuple[str, tuple[Any, ...]]] = {}
    for activation in ("SELU", "Mish"):
        for members in _MEMBERS:
            entries[f"caviar, {activation}, {members}"] = ("realmlp:ours", (activation, members))
        entries[f"PyTorch, {activation}"] = ("realmlp:torchs", (activation, False))
        entries[f"PyTorch compiled, {activation}"] = ("realmlp:torchs", (activation, True))
    entries["products alone"] = ("realmlp:products", (1,))
    workers = {name: Worker(function, given, core, {}) for name, (function, given) in entries.items()}
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            times[name].append(worker.measure())
    for worker in workers.values():
        worker.close()
    lines = [
        "## A network like RealMLP",
        "",
        f"{_NUMBERS} numbers, each embedded by `periodic` as {_WIDTH}, a front scale, {_UNITS}-{_UNITS}-{_UNITS}, "
        f"{_CLASSES} classes, batch {_BATCH}.",
        "Microseconds of processor time per step of one member, median; ratios are taken within a round.",
        "",
        f"| | microseconds | times as fast as PyTorch (target {_TARGET}) | as PyTorch compiled | per products alone |",
        "|---|---|---|---|---|",
    ]
    for name, own in times.items():
        who, activation = (*name.split(", "), "")[:2]
        cells = [f"{median(own):.0f}"]
        for peer in ("PyTorch", "PyTorch compiled"):
            there = times.get(f"{peer}, {activation}")
            same = [a / b for a, b in zip(there, own, strict=True)] if there and who == "caviar" else []
            cells.append(f"{median(same):.2f}" if same else "")
        cells.append(f"{median(a / b for a, b in zip(own, times['products alone'], strict=True)):.2f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
