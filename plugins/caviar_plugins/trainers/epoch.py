"""One epoch of mini-batch steps, for members that are trained side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caviar.plugin import (
    Array,
    Backend,
    Dataset,
    Layout,
    Loss,
    ModelContext,
    Population,
    Streams,
    TrainerContext,
    Views,
    scheduled,
    size_of,
)

from caviar_plugins.trainers import average
from caviar_plugins.trainers.evaluation import weighed


def train_epoch(
    state: dict[str, Array],
    population: Population,
    layouts: tuple[Layout, Layout],
    data: Dataset,
    loss: Loss,
    context: TrainerContext,
    epoch: int,
) -> Array:
    """Changes the state in place; returns the mean training loss, float64 (members,)."""
    sizes = population.below("schedule").pop("batch_size", None)
    batches = list(_batches(data.split.train, sizes, population, context, epoch))
    at_once, losses = _at_once(population.parts["model"].side_by_side, size_of(layouts[0]), context), []
    for start in range(0, len(population), at_once):
        some = slice(start, start + at_once)
        few = {name: array[some] for name, array in state.items()}
        own_loss = loss.take(some)  # its tunables have a value for each member
        losses.append(_train(few, population.take(some), layouts, data, own_loss, context, epoch, batches))
    mean: Array = context.backend.library().concatenate(losses)
    return mean


def _at_once(most: int, size: int, context: TrainerContext) -> int:
    """The number of members to train side by side: on a processor as many as the model says, on a device all."""
    if context.backend.on_device:
        return 1 << 30
    return max(_FEW, most // size)


_FEW = 2  # more members at once share the cost of a step's calls


def _train(
    state: dict[str, Array],
    population: Population,
    layouts: tuple[Layout, Layout],
    data: Dataset,
    loss: Loss,
    context: TrainerContext,
    epoch: int,
    batches: list[Array],
) -> Array:
    xp, parts, layout = context.backend.library(), population.parts, layouts[0]
    trainer, normalizer = parts["trainer"], parts["normalizer"]
    parameters, statistics = Views(state["parameters"], layout), Views(state["statistics"], layouts[1])
    gradients = Views(xp.empty_like(state["parameters"]), layout)
    moments = {name[len("optimizer.") :]: array for name, array in state.items() if name.startswith("optimizer.")}
    streams = Streams(Streams.of(population.streams).child("batch", epoch).drawn())
    now = xp.full((len(population), 1), epoch - 1, dtype=trainer.dtype)
    schedules = {name: each for name, each in population.below("schedule").items() if name != "batch_size"}
    per_epoch = {name: each for name, each in schedules.items() if not each.each_step}
    per_step = {name: each for name, each in schedules.items() if each.each_step}
    changing = parts["model"], parts["optimizer"], *population.below("regularizer").values()
    changing = tuple(scheduled(each, per_epoch, now, trainer.epochs) for each in changing)
    model, optimizer, *penalties = changing
    total: Array = xp.zeros(len(population), dtype=xp.float64)
    weight: Array | float = 0.0
    rates = [(slice(slot.start, slot.stop), slot.rate) for slot in layout if slot.rate != 1]
    clips = bool(trainer.clip.any())  # here, because a step on a device must not wait for an answer
    for number, rows in enumerate(batches):
        context.check_stop()
        if per_step:
            moment = now + number / len(batches)
            model, optimizer, *penalties = (scheduled(each, per_step, moment, trainer.epochs) for each in changing)
        mine, inputs = streams.child(number), context.inputs
        passing = ModelContext(True, normalizer, model.activation, mine, inputs=inputs)
        target = xp.take(data.y, rows, axis=0)
        x = xp.take(data.x, rows, axis=0)[None]
        losses = model.differentiate(parameters, statistics, x, target, loss, gradients, passing)
        if clips:
            _clip(gradients.buffer, trainer.clip, context.backend)
        for penalty in penalties:
            penalty.add(state["parameters"], gradients.buffer, layout)
        state["step"] += 1
        before = [(place, rate, state["parameters"][:, place].copy()) for place, rate in rates]
        optimizer.update(state["parameters"], gradients.buffer, moments, state["step"], layout)
        for place, rate, start in before:  # the same for every optimizer: where it went, shortened or stretched
            here = state["parameters"][:, place]
            here -= start
            here *= rate
            here += start
        average.follow(trainer, state)
        add, count = weighed(loss, losses, target, xp)
        total += add
        weight += count
    mean: Array = total / weight
    return mean


def _batches(train: Array, sizes: Any, population: Population, context: TrainerContext, epoch: int) -> Iterator[Array]:
    """The row numbers of each mini-batch; their order depends only on seed, batch size and epoch."""
    trainer = population.parts["trainer"]
    size = trainer.batch_size
    if sizes is not None:
        first = context.backend.library().full((1, 1), epoch - 1, dtype=trainer.dtype)
        size = max(1, round(size * float(sizes.factor(first, trainer.epochs)[0, 0])))
    order = train[context.random.child("order", trainer.batch_size, epoch).order(len(train))]
    order = context.backend.send(order)
    starts = list(range(0, len(order), size))
    smallest = max(population.parts[part].smallest_batch for part in ("model", "normalizer"))
    if len(starts) > 1 and len(order) - starts[-1] < smallest:
        starts.pop()
    for start, stop in zip(starts, [*starts[1:], len(order)], strict=True):
        yield order[start:stop]


def _clip(gradients: Array, most: Array, backend: Backend) -> None:
    """Shortens each member's gradient to the length `most`, (members, 1); 0 leaves it as it is."""
    xp = backend.library()
    # As a product, because BLAS sums 120,000 squares in 5 us where a NumPy expression takes 40.
    length = xp.sqrt(xp.matmul(gradients[:, None, :], gradients[:, :, None])[:, 0])
    too_long = (most > 0) & (length > most)
    # Companions that are short enough are multiplied by 1, which changes no bit.
    if backend.on_device or too_long.any():
        gradients *= xp.where(too_long, most / length, xp.ones((), dtype=gradients.dtype))
