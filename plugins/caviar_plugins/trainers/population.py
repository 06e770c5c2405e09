"""The population trainer: mini-batch training of all members as one array program."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from typing import Any, ClassVar, Literal

from caviar.plugin import (
    Advance,
    Array,
    Dataset,
    Finish,
    Layout,
    Loss,
    Many,
    Metrics,
    ModelContext,
    Operation,
    Population,
    Trainer,
    TrainerContext,
    Tunable,
    Views,
    lay_out,
    setting,
    tunable,
)

from caviar_plugins.samplers.beta import Beta
from caviar_plugins.samplers.choice import Choice
from caviar_plugins.samplers.log import Log
from caviar_plugins.trainers import activations, average, best
from caviar_plugins.trainers.epoch import train_epoch
from caviar_plugins.trainers.evaluation import TILE, as_columns, columns, measure, predict
from caviar_plugins.trainers.initial import initial, packed


class PopulationTrainer(Trainer, interface=2):
    """Each member has its own hyperparameters, seed and dropout; the order of mini-batches is shared by batch size.

    The last, shorter batch is used, its loss the mean over its own rows; epoch means weigh rows equally. A left-over
    batch that is too small for the normalizer joins the one before it.
    """

    schedules: ClassVar[frozenset[str]] = frozenset({"model", "optimizer", "regularizer", "batch_size"})

    batch_size: Tunable[int] = tunable(
        default=64, ge=1, search=Choice((32, 64, 128, 256)), tier=2, also=("batch", "minibatch_size", "mini_batch_size")
    )
    loss: Loss | None = setting(default=None, also=("criterion", "objective", "loss_function"))
    """None lets the task decide: the engine fills it in before training."""
    clip: Tunable[float] = tunable(
        default=0.0, ge=0, search=Log(0.1, 10.0), also=("max_norm", "clipnorm", "gradient_clipping", "max_grad_norm")
    )
    """Longest gradient, as the norm over all parameters before penalties are added; 0 = off."""
    patience: int = setting(default=0, ge=0, also=("early_stopping", "n_iter_no_change"))
    """A member ends after so many epochs in which the searched metric did not improve; 0 = off."""
    keep: Literal["last", "best"] = setting(default="last", also=("restore_best_weights", "save_best_only"))
    """Which epoch's weights and metrics count: the last one's, or those where the searched metric was best."""
    average: Tunable[float] = tunable(
        default=0.0, ge=0, lt=1, search=Beta(0.9, 0.9999), also=("ema", "ema_decay", "polyak", "ema_momentum")
    )
    """Measures and saves an average of the weights over about 1 / (1 - average) steps, not the last ones; 0 = off.

    Statistics of normalizers are averaged too. Sources: Polyak & Juditsky 1992, "Acceleration of stochastic
    approximation by averaging"; exponential, corrected for its start: Kingma & Ba 2015, arXiv:1412.6980, section 7.2.
    """

    record: Many[Literal["activations"]] = setting(default=())
    """What is recorded after each epoch besides metrics: mean and spread of each hidden layer's values, before and
    after the normalizer, and the share of dead units. It changes no result."""

    def fuse_key(self, values: Mapping[str, Any], floats: Set[str]) -> str:
        # A schedule of the batch size changes shapes, whatever the type of its fields.
        apart = {path: v for path, v in values.items() if path not in floats or path.startswith("schedule.batch_size")}
        if "trainer.average" in values:  # a state with averages has more arrays
            apart["trainer.average"] = values["trainer.average"] > 0
        return json.dumps(apart, sort_keys=True, default=str)

    def footprint(self, population: Population, data: Dataset, context: TrainerContext) -> int:
        counted = super().footprint(population, data, context)
        if not context.backend.on_device:
            return counted
        # There all members take a step at once: what each layer keeps of a mini-batch, and what comes and goes.
        layout, _ = self._layouts(population, context)
        widths = sum(slot.shape[-1] for slot in layout if slot.role == "weight")
        return counted + 6 * self.batch_size * widths * data.x.dtype.itemsize

    def start(self, population: Population, data: Dataset, context: TrainerContext) -> dict[str, Array]:
        parameters, statistics = self._layouts(population, context)
        xp, members = context.backend.library(), len(population)
        outputs = self._chosen_loss().outputs(context.task)
        given = population.parts["model"].initial(context.inputs, outputs, population.streams)
        buffer = initial(parameters, population.streams, given, self.dtype, context)
        state = {
            "parameters": buffer,
            "statistics": initial(statistics, population.streams, given, self.dtype, context),
            "step": xp.zeros((members, 1), dtype=self.dtype),
            "epoch": xp.zeros(members, dtype=xp.int64),
        }
        moments = population.parts["optimizer"].init(buffer, parameters)
        state |= {f"optimizer.{name}": array for name, array in moments.items()}
        state |= average.begin(self, state)
        if self.patience or self.keep == "best":
            state |= best.begin(self, state, self._names(state, population, data, context), context)
        return state

    def advance(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, until: int
    ) -> Advance:
        first = int(state["epoch"][0]) + 1
        rows = [self._epoch(state, population, data, context, epoch) for epoch in range(first, until + 1)]
        state["epoch"][...] = until
        xp = context.backend.library()
        values = context.backend.fetch(xp.stack([as_columns(row, context) for row in rows], axis=1))
        metrics = Metrics(columns(context, rows[0]), first, values)
        diverged = tuple(_divergence(metrics, member, context) for member in range(len(population)))
        return Advance(state, metrics, diverged, best.ended(self, state, context))

    def finish(self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext) -> Finish:
        parameters, statistics = self._layouts(population, context)
        names = self._names(state, population, data, context)
        state, metrics = best.restore(self, average.counted(state), names, context)
        own, running = Views(state["parameters"], parameters), Views(state["statistics"], statistics)
        if population.parts["normalizer"].re_estimates:
            from caviar_plugins.normalizers.exact import estimate

            model, x = population.parts["model"], data.x[context.backend.send(data.split.train)]
            passing = ModelContext(False, population.parts["normalizer"], model.activation, inputs=context.inputs)
            tiles = [x[start : start + TILE][None] for start in range(0, len(x), TILE)]
            estimate(model, passing, own, running, lambda: tiles)
        return Finish({name: context.backend.fetch(view) for name, view in {**own, **running}.items()}, metrics)

    def predict(self, weights: Mapping[str, Array], population: Population, x: Array, context: TrainerContext) -> Array:
        own, running = self._views(weights, population, context)
        x = context.backend.send(x)
        return context.backend.fetch(predict(own, running, population, x, self._chosen_loss(), context))

    def predictor(
        self, weights: Mapping[str, Array], population: Population, context: TrainerContext
    ) -> Callable[[Array], Array]:
        model = population.parts["model"]
        own, running = self._views(weights, population, context)
        send, fetch, loss = context.backend.send, context.backend.fetch, self._chosen_loss()
        merged = model.folded(own, running, population.parts["normalizer"], loss)
        if merged is None:
            return lambda x: fetch(predict(own, running, population, send(x), loss, context)[0])
        return lambda x: fetch(context.task.in_units(merged(send(x))))

    def description(
        self, weights: Mapping[str, Array], population: Population, context: TrainerContext
    ) -> tuple[tuple[Operation, ...], Operation]:
        own, running = self._views(weights, population, context)
        model = population.parts["model"]
        layers = model.description(own, running, population.parts["normalizer"])
        return (*model.front_description(own, context.inputs), *layers), self._chosen_loss().description()

    def _views(
        self, weights: Mapping[str, Array], population: Population, context: TrainerContext
    ) -> tuple[Views, Views]:
        """Parameters and statistics as the model reads them, from the weights that `finish` returned."""
        parameters, statistics = (
            Views(packed(weights, each, self.dtype, context), each) for each in self._layouts(population, context)
        )
        return parameters, statistics

    def _chosen_loss(self) -> Loss:
        assert self.loss is not None, "the engine fills in the task's loss"
        return self.loss

    def _layouts(self, population: Population, context: TrainerContext) -> tuple[Layout, Layout]:
        model, outputs = population.parts["model"], self._chosen_loss().outputs(context.task)
        slots, statistics = model.layout(context.inputs, outputs, population.parts["normalizer"])
        return lay_out(slots), lay_out(statistics)

    def _names(
        self, state: Mapping[str, Array], population: Population, data: Dataset, context: TrainerContext
    ) -> tuple[str, ...]:
        """The names of an epoch's metrics, in order."""
        if not self.record:
            return columns(context)
        parameters, statistics = self._layouts(population, context)
        own, running = Views(state["parameters"], parameters), Views(state["statistics"], statistics)
        return columns(context, activations.recorded(own, running, population, data, context, rows=1))

    def _epoch(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, epoch: int
    ) -> dict[str, Array]:
        """Trains one epoch in place; one float64 array (members,) per metric."""
        layouts = self._layouts(population, context)
        loss = self._chosen_loss()
        losses = train_epoch(state, population, layouts, data, loss, context, epoch)
        counted = average.counted(state)
        own, running = Views(counted["parameters"], layouts[0]), Views(counted["statistics"], layouts[1])
        measured = {"train.loss": losses} | measure(own, running, population, data, loss, context)
        if self.record:
            measured |= activations.recorded(own, running, population, data, context)
        best.note(self, counted, measured, context, epoch)
        return measured


def _divergence(metrics: Metrics, member: int, context: TrainerContext) -> str | None:
    """The epoch and metric in which a member stopped being finite; a metric that decides nothing may be NaN."""
    decisive = {"train.loss", "validation.loss", *context.decisive}
    for row, values in enumerate(metrics.values[member]):
        for name, value in zip(metrics.names, values, strict=True):
            if not abs(value) < float("inf") and name in decisive:
                return f"{name} was {value:g} after epoch {metrics.first + row}"
    return None
