"""The population trainer: mini-batch training of all members as one array program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from typing import Any

from caviar import (
    Advance,
    Array,
    Dataset,
    Finish,
    Layout,
    Loss,
    Metrics,
    ModelContext,
    Population,
    Random,
    Slot,
    Trainer,
    TrainerContext,
    Tunable,
    Views,
    lay_out,
    scheduled,
    setting,
    size_of,
    tunable,
)

from caviar_plugins.samplers.choice import Choice

_TILE = 512  # rows predicted at once: fastest block here, and fixed, because a product's bits depend on its rows


class PopulationTrainer(Trainer):
    """Each member has its own hyperparameters, seed and dropout; the order of mini-batches is shared by batch size.

    The last, shorter batch is used, its loss the mean over its own rows; epoch means weigh rows equally. A left-over
    batch that is too small for the normalizer joins the one before it.
    """

    batch_size: Tunable[int] = tunable(
        default=64, ge=1, search=Choice((32, 64, 128, 256)), tier=2, also=("batch", "minibatch_size", "mini_batch_size")
    )
    loss: Loss | None = setting(default=None, also=("criterion", "objective", "loss_function"))
    """None lets the task decide: the engine fills it in before training."""

    def fuse_key(self, values: Mapping[str, Any], floats: Set[str]) -> str:
        # A schedule of the batch size changes shapes, whatever the type of its fields.
        apart = {path: v for path, v in values.items() if path not in floats or path.startswith("schedule.batch_size")}
        return json.dumps(apart, sort_keys=True, default=str)

    def start(self, population: Population, data: Dataset, context: TrainerContext) -> dict[str, Array]:
        parameters, statistics = self._layouts(population, data.x.shape[1], context)
        xp, members = context.backend.library(), len(population)
        buffer = _initial(parameters, population.streams, self.dtype, context)
        state = {
            "parameters": buffer,
            "statistics": _initial(statistics, population.streams, self.dtype, context),
            "step": xp.zeros((members, 1), dtype=self.dtype),
            "epoch": xp.zeros(members, dtype=xp.int64),
        }
        moments = population.parts["optimizer"].init(buffer, parameters)
        return state | {f"optimizer.{name}": array for name, array in moments.items()}

    def advance(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, until: int
    ) -> Advance:
        first = int(state["epoch"][0]) + 1
        rows = [self._epoch(state, population, data, context, epoch) for epoch in range(first, until + 1)]
        state["epoch"][...] = until
        names = tuple(rows[0])
        xp = context.backend.library()
        values = context.backend.fetch(
            xp.stack([xp.stack([row[name] for name in names], axis=1) for row in rows], axis=1)
        )
        metrics = Metrics(names, first, values)
        return Advance(state, metrics, tuple(_divergence(metrics, member) for member in range(len(population))))

    def finish(self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext) -> Finish:
        parameters, statistics = self._layouts(population, data.x.shape[1], context)
        views = {**Views(state["parameters"], parameters), **Views(state["statistics"], statistics)}
        return Finish({name: context.backend.fetch(view) for name, view in views.items()})

    def predict(self, weights: Mapping[str, Array], population: Population, x: Array, context: TrainerContext) -> Array:
        parameters, statistics = self._layouts(population, x.shape[1], context)
        _, prediction = self._predict(
            Views(_packed(weights, parameters, self.dtype, context), parameters),
            Views(_packed(weights, statistics, self.dtype, context), statistics),
            population,
            context.backend.send(x),
            context,
        )
        return context.backend.fetch(prediction)

    def _chosen_loss(self) -> Loss:
        assert self.loss is not None, "the engine fills in the task's loss"
        return self.loss

    def _layouts(self, population: Population, inputs: int, context: TrainerContext) -> tuple[Layout, Layout]:
        model, outputs = population.parts["model"], self._chosen_loss().outputs(context.task)
        slots, statistics = model.layout(inputs, outputs, population.parts["normalizer"])
        return lay_out(slots), lay_out(statistics)

    def _epoch(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, epoch: int
    ) -> dict[str, Array]:
        """Trains one epoch in place; one float64 array (members,) per metric."""
        xp = context.backend.library()
        layout, running = self._layouts(population, data.x.shape[1], context)
        parameters, statistics = Views(state["parameters"], layout), Views(state["statistics"], running)
        gradients = Views(xp.empty_like(state["parameters"]), layout)
        moments = {name[len("optimizer.") :]: array for name, array in state.items() if name.startswith("optimizer.")}
        model, penalties = population.parts["model"], population.below("regularizer").values()
        schedules = population.below("schedule")
        sizes = schedules.pop("batch_size", None)
        loss = self._chosen_loss()
        total = xp.zeros(len(population), dtype=xp.float64)
        now = xp.full((len(population), 1), epoch - 1, dtype=self.dtype)
        batch_size = self.batch_size
        if sizes is not None:
            batch_size = max(1, round(batch_size * float(sizes.factor(now, self.epochs)[0, 0])))
        batches = list(self._batches(data.split.train, batch_size, population, context, epoch))
        calm = {name: each for name, each in schedules.items() if not each.each_step}
        eager = {name: each for name, each in schedules.items() if each.each_step}
        slow = scheduled(population.parts["optimizer"], calm, now, self.epochs)
        for number, rows in enumerate(batches):
            context.check_stop()
            optimizer = scheduled(slow, eager, now + number / len(batches), self.epochs) if eager else slow
            passing = _passing(population, training=True, words=("batch", epoch, number))
            output, cache = model.forward(parameters, statistics, data.x[rows][None], passing)
            losses, kept = loss.forward(output, data.y[rows])
            model.backward(loss.backward(kept), cache, parameters, gradients, passing)
            for penalty in penalties:
                penalty.add(state["parameters"], gradients.buffer, layout)
            state["step"] += 1
            optimizer.update(state["parameters"], gradients.buffer, moments, state["step"], layout)
            total += losses.sum(axis=1, dtype=xp.float64)
        measured = {"train.loss": total / len(data.split.train)}
        part = data.split.validation
        mean, prediction = self._predict(parameters, statistics, population, data.x[part], context, data.y[part])
        assert mean is not None
        measured["validation.loss"] = mean
        for name, metric in context.metrics.items():
            measured[f"validation.{name}"] = metric.measure(prediction, data.truth[part])
        return measured

    def _batches(
        self, train: Array, batch_size: int, population: Population, context: TrainerContext, epoch: int
    ) -> Iterator[Array]:
        order = context.backend.send(train[context.random.child("order", self.batch_size, epoch).order(len(train))])
        starts = list(range(0, len(order), batch_size))
        if len(starts) > 1 and len(order) - starts[-1] < population.parts["normalizer"].smallest_batch:
            starts.pop()
        for start, stop in zip(starts, [*starts[1:], len(order)], strict=True):
            yield order[start:stop]

    def _predict(
        self,
        parameters: Views,
        statistics: Views,
        population: Population,
        x: Array,
        context: TrainerContext,
        y: Array | None = None,
    ) -> tuple[Array | None, Array]:
        """Mean loss (members,) where targets are given, and predictions in the user's units, in tiles of rows."""
        xp, loss = context.backend.library(), self._chosen_loss()
        passing = _passing(population, training=False, words=())
        total = xp.zeros(len(population), dtype=xp.float64)
        predictions = []
        for start in range(0, x.shape[0], _TILE):
            rows = slice(start, start + _TILE)
            output, _ = population.parts["model"].forward(parameters, statistics, x[rows][None], passing)
            if y is not None:
                total += loss.forward(output, y[rows])[0].sum(axis=1, dtype=xp.float64)
            predictions.append(loss.predict(output))
        prediction = xp.concatenate(predictions, axis=1)
        if context.task.kind == "regression":
            scale, center = (xp.asarray(each, dtype=xp.float64) for each in (context.task.scale, context.task.center))
            prediction = prediction * scale + center
        return (None if y is None else total / x.shape[0]), prediction


def _passing(population: Population, training: bool, words: tuple[str | int, ...]) -> ModelContext:
    parts = population.parts
    streams = tuple(stream.child(*words) for stream in population.streams) if training else ()
    return ModelContext(training, parts["normalizer"], parts["model"].activation, streams)


def _initial(layout: Layout, streams: tuple[Random, ...], dtype: str, context: TrainerContext) -> Array:
    """Every member's first values, (members, size), drawn by NumPy from streams of (seed, trial, slot)."""
    import numpy

    buffer = numpy.empty((len(streams), size_of(layout)), dtype=dtype)
    for member, stream in enumerate(streams):
        for slot in layout:
            buffer[member, slot.start : slot.stop] = _drawn(slot, stream.child("initial", slot.name))
    return context.backend.send(buffer)


def _drawn(slot: Slot, stream: Random) -> Array | float:
    if slot.initial.how == "constant":
        return slot.initial.size
    if slot.initial.how == "normal":
        return slot.initial.size * stream.generator().standard_normal(slot.size)
    return stream.generator().uniform(-slot.initial.size, slot.initial.size, slot.size)


def _packed(weights: Mapping[str, Array], layout: Layout, dtype: str, context: TrainerContext) -> Array:
    """Named weights back in one buffer."""
    import numpy

    members = len(next(iter(weights.values())))
    buffer = numpy.empty((members, size_of(layout)), dtype=dtype)
    for slot in layout:
        buffer[:, slot.start : slot.stop] = weights[slot.name].reshape(members, slot.size)
    return context.backend.send(buffer)


def _divergence(metrics: Metrics, member: int) -> str | None:
    """In which epoch and metric a member stopped being finite."""
    for row, values in enumerate(metrics.values[member]):
        for name, value in zip(metrics.names, values, strict=True):
            if not abs(value) < float("inf"):
                return f"{name} was {value:g} after epoch {metrics.first + row}"
    return None
