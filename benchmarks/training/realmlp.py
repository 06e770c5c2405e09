"""A step of a network like RealMLP: 16 numbers, each embedded as 4, then 256-256-256-10; batch 256."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

import numpy

from benchmarks.training.steps import Entry, measured, ratio

NUMBERS, CLASSES, UNITS, BATCH, ROWS = 16, 10, 256, 256, 5120
FREQUENCIES, WIDTH, SIGMA = 16, 4, 0.1
_RATES = {"scale": 6e-3, "embedding": 1e-4, "bias": 1e-4, "weight": 1e-3}
_MEMBERS = (1, 4, 16)
_TARGET = 2.5


def data() -> tuple[Any, Any]:
    random = numpy.random.default_rng(0)
    x = random.standard_normal((ROWS, NUMBERS)).astype(numpy.float32)
    return x, random.integers(0, CLASSES, ROWS)


def rate(role: str) -> float:
    """The learning rate of a slot; each role has its own."""
    return _RATES[role]


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
    x, y = data()
    task = Task("classification", ("y",), tuple(range(CLASSES)))
    split = Split(numpy.arange(ROWS), numpy.arange(BATCH), numpy.arange(0))
    inputs = Inputs.of([InputColumn(f"x{number}", "number") for number in range(NUMBERS)])
    dataset = Dataset(x, y[:, None], y[:, None], split, task, "", inputs)
    pipeline = Pipeline(
        model=caviar_plugins.MLP(
            layers=3,
            units=UNITS,
            activation=getattr(caviar_plugins, activation)(),
            embedding=(caviar_plugins.Periodic(frequencies=FREQUENCIES, width=WIDTH, sigma=SIGMA),),
            front_scale=True,
            parametrization="ntk",
            bias_rate=0.1,
        ),
        normalizer=caviar_plugins.NoNormalizer(),
        optimizer=caviar_plugins.Adam(),
        trainer=caviar_plugins.PopulationTrainer(batch_size=BATCH, loss=caviar_plugins.SoftmaxCrossEntropy()),
        transform=(),
        backend=caviar_plugins.NumPy(),
    )
    bound = bind_population(
        range(members), [pipeline] * members, [{}] * members, Random(1), lambda array: array, form=compiled
    )
    context = TrainerContext(caviar_plugins.NumPy(), task, Random(1), {}, lambda: None, inputs=inputs)
    trainer = bound.parts["trainer"]
    state = trainer.start(bound, dataset, context)
    slots = bound.parts["model"].layout(inputs, CLASSES, bound.parts["normalizer"])
    layouts = lay_out(slots[0]), lay_out(slots[1])
    epochs = iter(range(1, 1_000_000))

    def run() -> int:
        with numpy.errstate(all="ignore"):
            train_epoch(state, bound, layouts, dataset, trainer.loss, context, next(epochs))
        return ROWS // BATCH * members

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

    widths = (NUMBERS * WIDTH, UNITS, UNITS, UNITS, CLASSES)
    steps = []
    for _ in range(members):
        layers = [(array(BATCH, a), array(a, b), array(BATCH, b)) for a, b in pairwise(widths)]
        steps.append([(a, w, d, numpy.empty_like(a), numpy.empty_like(w), numpy.empty_like(d)) for a, w, d in layers])

    def run() -> int:
        for layers in steps:
            for a, w, d, d_a, d_w, z in layers:
                dot(a, w, z)
                dot(a.T, d, d_w)
                dot(d, w.T, d_a)
        return members

    return run


def section(rounds: int, core: int) -> str:
    """The table: all in turn, ratios taken within a round."""
    entries: dict[str, Entry] = {}
    for activation in ("SELU", "Mish"):
        for members in _MEMBERS:
            entries[f"caviar, {activation}, {members}"] = ("realmlp:ours", (activation, members), {})
        entries[f"PyTorch, {activation}"] = ("realmlp_torch:alone", (activation, False), {})
        entries[f"PyTorch compiled, {activation}"] = ("realmlp_torch:alone", (activation, True), {})
        entries[f"PyTorch vmap, {activation}, 16"] = ("realmlp_torch:vmapped", (activation, 16), {})
        for members in (1, 16):
            entries[f"JAX vmap, {activation}, {members}"] = ("realmlp_jax:vmapped", (activation, members), {})
    entries["products alone"] = ("realmlp:products", (1,), {})
    times = measured(entries, rounds, core)
    lines = [
        "## A network like RealMLP",
        "",
        f"{NUMBERS} numbers, each embedded by `periodic` as {WIDTH}, a front scale, {UNITS}-{UNITS}-{UNITS}, "
        f"{CLASSES} classes, batch {BATCH}.",
        "Microseconds of processor time per step of one member, median; ratios are taken within a round. The number at",
        "the end is that of the members; the fastest peer may have another one.",
        "",
        f"| | microseconds | times as fast as PyTorch | as the fastest peer (target {_TARGET}) | per products alone |",
        "|---|---|---|---|---|",
    ]
    for name, own in times.items():
        who, activation = (*name.split(", "), "")[:2]
        cells = [f"{median(own):.0f}", "", ""]
        if who == "caviar":
            peers = [peer for peer in times if f", {activation}" in peer and not peer.startswith("caviar")]
            fastest = min(peers, key=lambda peer: median(times[peer]))
            cells[1:] = [f"{ratio(times, peer, name):.2f}" for peer in (f"PyTorch, {activation}", fastest)]
        cells.append(f"{ratio(times, name, 'products alone'):.2f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
