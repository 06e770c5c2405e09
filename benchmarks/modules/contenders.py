"""Training steps of 64 equal modules: PyTorch's loop, eager and compiled, and Caviar's two ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy
import torch
from caviar import Pipeline
from caviar.engine.training.bind import bind_population
from caviar.engine.training.variants import compiled
from caviar.plugin import Dataset, Inputs, Random, Split, Task, TrainerContext, lay_out
from caviar_plugins import Adam, NumPy, PopulationTrainer, SoftmaxCrossEntropy, network
from caviar_plugins.models.network_trial import Verdict
from caviar_plugins.trainers.epoch import train_epoch
from torch import nn

Contender = Callable[[], int]


@dataclass(frozen=True)
class Case:
    """Three layers of a width, on so many mini-batches of drawn rows."""

    inputs: int
    units: int
    classes: int
    batch: int = 64
    normalized: bool = False
    steps: int = 4

    def __str__(self) -> str:
        norm = ", batch normalization" if self.normalized else ""
        return f"{self.inputs}-{self.units}-{self.units}-{self.classes}{norm}"

    def module(self) -> nn.Module:
        """The network, with PyTorch's own initial values."""
        sizes = [self.inputs, self.units, self.units]
        layers: list[nn.Module] = []
        for below, above in pairwise(sizes):
            layers += [nn.Linear(below, above), *([nn.BatchNorm1d(above)] if self.normalized else []), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(self.units, self.classes))

    def data(self) -> tuple[Any, Any]:
        """Rows and the numbers of their classes."""
        random = numpy.random.default_rng(0)
        rows = self.batch * self.steps
        x = random.normal(size=(rows, self.inputs)).astype("float32")
        return x, random.integers(self.classes, size=rows)


def loop(case: Case, members: int, compiling: bool) -> Contender:
    """The loop everyone writes, for one module after the other; as many as fit in a quarter of a second are enough."""
    x, y = map(torch.from_numpy, case.data())
    model = case.module()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)

    def loss_of(rows: Any, truth: Any) -> Any:
        return nn.functional.cross_entropy(model(rows), truth)

    loss_of = torch.compile(loss_of) if compiling else loss_of

    def run() -> int:
        for rows in torch.split(torch.randperm(len(x)), case.batch):
            optimizer.zero_grad()
            loss_of(x[rows], y[rows]).backward()
            optimizer.step()
        return case.steps

    return run


def ours(case: Case, members: int, verdict: Verdict | None) -> Contender:
    """An epoch of Caviar's trainer; `verdict` None leaves the way to Caviar."""

    @network
    def layers(inputs: int, outputs: int) -> nn.Module:
        return case.module()

    x, y = case.data()
    task = Task("classification", ("y",), tuple(range(case.classes)))
    split = Split(numpy.arange(len(x)), numpy.arange(case.batch), numpy.arange(0))
    data = Dataset(x, y[:, None], y[:, None], split, task, "", Inputs.block(case.inputs))
    declared: Any = {"model": layers(), "optimizer": Adam(), "transform": (), "backend": NumPy()}
    pipeline = Pipeline(trainer=PopulationTrainer(batch_size=case.batch, loss=SoftmaxCrossEntropy()), **declared)
    bound = bind_population(
        range(members), [pipeline] * members, [{}] * members, Random(1), lambda array: array, form=compiled
    )
    context = TrainerContext(NumPy(), task, Random(1), {}, lambda: None, inputs=data.inputs)
    model, trainer = bound.parts["model"], bound.parts["trainer"]
    slots = model.layout(data.inputs, case.classes, bound.parts["normalizer"])
    layouts = lay_out(slots[0]), lay_out(slots[1])
    state = trainer.start(bound, data, context)
    epochs = iter(range(1, 1_000_000))
    own = model.structure(data.inputs, case.classes)

    def run() -> int:
        if verdict is not None:
            own.verdicts[case.batch] = verdict
        with numpy.errstate(all="ignore"):
            train_epoch(state, bound, layouts, data, trainer.loss, context, next(epochs))
        return case.steps * members

    return run
