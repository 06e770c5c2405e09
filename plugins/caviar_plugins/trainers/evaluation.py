"""Evaluation: losses and predictions over many rows, in tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from caviar.plugin import (
    Array,
    Dataset,
    Loss,
    Metric,
    MetricName,
    ModelContext,
    Population,
    TrainerContext,
    Views,
)

TILE = 512  # rows predicted at once: fastest block here, and fixed, because a product's bits depend on its rows
# Evaluated at once: enough to spread the cost of calls, few enough to keep predictions small.
_MEMBERS, _MEMBERS_APART = 8, 256


def columns(context: TrainerContext, recorded: Iterable[str] = ()) -> tuple[str, ...]:
    """The metrics of an epoch, in the order of their columns; what is `recorded` besides them comes last."""
    always = "train.loss", "validation.loss", *_by_column(context)
    return (*always, *(name for name in recorded if name not in always))


def as_columns(measured: Mapping[str, Array], context: TrainerContext) -> Array:
    """An epoch's metrics: float64 (members, columns)."""
    told = [measured[name] for name in columns(context, measured)]
    table: Array = context.backend.library().stack(told, axis=1)
    return table


def _by_column(context: TrainerContext) -> dict[str, Metric]:
    return {str(MetricName("validation", name)): metric for name, metric in context.metrics.items()}


def measure(
    parameters: Views, statistics: Views, population: Population, data: Dataset, loss: Loss, context: TrainerContext
) -> dict[str, Array]:
    """Loss and metrics on the validation part, by name, each float64 (members,)."""
    xp = context.backend.library()
    rows = context.backend.send(data.split.validation)
    x, y, truth = data.x[rows], data.y[rows], data.truth[rows]
    measured: dict[str, list[Array]] = {}
    metrics = _by_column(context)
    for some, few, own, running in few_at_once(parameters, statistics, population, context):
        outputs, own_loss = list(_outputs(own, running, few, x, context)), loss.take(some)
        found = {"validation.loss": _mean_loss(outputs, y, own_loss, context)}
        prediction = context.task.in_units(_predictions(outputs, own_loss, xp))
        for name, metric in metrics.items():
            found[name] = metric.measure(prediction, truth)
        for name, values in found.items():
            measured.setdefault(name, []).append(values)
    return {name: xp.concatenate(values) for name, values in measured.items()}


def few_at_once(
    parameters: Views, statistics: Views, population: Population, context: TrainerContext
) -> Iterator[tuple[slice, Population, Views, Views]]:
    """The members that are evaluated together: where they stand, they, their parameters and their statistics."""
    at_once = _MEMBERS_APART if context.backend.on_device else _MEMBERS
    for start in range(0, len(population), at_once):
        some = slice(start, start + at_once)
        own, running = (Views(views.buffer[some], views.layout) for views in (parameters, statistics))
        yield some, population.take(some), own, running


def predict(
    parameters: Views, statistics: Views, population: Population, x: Array, loss: Loss, context: TrainerContext
) -> Array:
    """Predictions in the user's units, (members, rows, …)."""
    outputs = _outputs(parameters, statistics, population, x, context)
    prediction = context.backend.library().concatenate([loss.predict(each) for each in outputs], axis=1)
    return context.task.in_units(prediction)


def _outputs(
    parameters: Views, statistics: Views, population: Population, x: Array, context: TrainerContext
) -> Iterator[Array]:
    model = population.parts["model"]
    passing = ModelContext(False, population.parts["normalizer"], model.activation, inputs=context.inputs)
    for start in range(0, x.shape[0], TILE):
        yield model.forward(parameters, statistics, x[start : start + TILE][None], passing)[0]


def _predictions(outputs: list[Array], loss: Loss, xp: Any) -> Array:
    """Predictions (members, rows, …); in memory each class's rows are adjacent, because metrics read them by class."""
    parts = [loss.predict(each) for each in outputs]
    members, rows = parts[0].shape[0], sum(each.shape[1] for each in parts)
    whole: Array = xp.empty((members, parts[0].shape[2], rows), dtype=parts[0].dtype).swapaxes(1, 2)
    for number, each in enumerate(parts):
        whole[:, number * TILE : number * TILE + TILE] = each
    return whole


def _mean_loss(outputs: list[Array], y: Array, loss: Loss, context: TrainerContext) -> Array:
    xp = context.backend.library()
    total: Array = xp.zeros(outputs[0].shape[0], dtype=xp.float64)
    weight: Array | float = 0.0
    for number, output in enumerate(outputs):
        target = y[number * TILE : number * TILE + TILE]
        add, rows = weighed(loss, loss.forward(output, target)[0], target, xp)
        total += add
        weight += rows
    mean: Array = total / weight
    return mean


def weighed(loss: Loss, losses: Array, target: Array, xp: Any) -> tuple[Array, Array | float]:
    """The sum of the rows' losses (members,) in float64, and of the rows' weights."""
    weights = loss.weigh(target)
    if weights is None:
        return losses.sum(axis=1, dtype=xp.float64), float(target.shape[0])
    return (losses * weights).sum(axis=1, dtype=xp.float64), weights.sum()
