"""What a run will cost, by the numbers it follows from: trials, processes, populations, mini-batches, models."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

from caviar.config.declaration.space import PluginChoice, parts_of, sampler_of, settle, space_of
from caviar.config.declaration.walk import alternatives
from caviar.engine.analysis.cost import Sizes, Training
from caviar.engine.baselines import additions
from caviar.interfaces.backend import Backend
from caviar.support.worker_count import worker_count
from caviar.values.dimension import Dimension

if TYPE_CHECKING:
    from caviar.cli.preview.preview import Preview
    from caviar.config.declaration.pipeline import Pipeline

_PRIMES = (2, 3, 5, 7, 11, 13)
_EXAMPLES = 16  # models between both ends of their ranges, for what a trial takes on average


def trials(pipeline: Pipeline) -> int:
    """How many trials there will be at most: the search's total, or all that there are to try."""
    search, space = pipeline.search, space_of(pipeline)
    if not len(space):
        return search.trials
    return int(min(search.trials, space.size, search.strategy.reach(space) + len(search.points)))


def steps(pipeline: Pipeline, rows: int) -> tuple[int, int] | None:
    """The fewest and the most mini-batches of an epoch, where the trainer has them."""
    sizes = alternatives(getattr(pipeline.trainer, "batch_size", None))
    if any(not isinstance(each, int) for each in sizes):
        return None
    return ceil(rows / max(sizes)), ceil(rows / min(sizes))


def population(seen: Preview) -> int:
    """The most trials that are trained as one program."""
    max_population = (seen.pipeline.backend or Backend).max_population
    return min(seen.pipeline.trainer.population or max_population, seen.pipeline.search.round, trials(seen.pipeline))


def workers(seen: Preview) -> int:
    """How many processes train: one per core, unless the file says otherwise; of a cluster a guess."""
    executor = seen.pipeline.executor
    if "workers" not in type(executor).model_fields:
        return 1
    return min(worker_count(getattr(executor, "workers", None)), trials(seen.pipeline))


def cluster(pipeline: Pipeline) -> str | None:
    """The address of the cluster that trains, of whose workers nothing is known here; None without one."""
    address: str | None = getattr(pipeline.executor, "address", None)
    return address


def sizes(seen: Preview) -> Sizes:
    """What memory and seconds of the run follow from."""
    columns = (*seen.head.features, *seen.head.target)
    size = 4 if seen.pipeline.trainer.dtype == "float32" else 8
    return Sizes(
        rows=seen.parts()["training"],
        numbers=seen.head.rows * seen.inputs,
        table=seen.head.rows * sum(4 * each.width if each.shape else 8 for each in columns),
        inputs=seen.head.rows * seen.inputs * size,
        reading=seen.head.reading,
        trials=trials(seen.pipeline) * (seen.data.folds or 1),
        workers=workers(seen),
        population=ceil(population(seen) / workers(seen)),
        parameters=seen.shapes[-1].parameters if seen.shapes else 0,
        boosting=_boosting(seen),
        trainings=tuple(_trainings(seen)),
    )


def _boosting(seen: Preview) -> float:
    """Numbers that the boosting baseline adds up, on the inputs of the models."""
    if not seen.pipeline.search.baselines:
        return 0.0
    return additions.foreseen(seen.task, seen.outputs, seen.inputs, seen.parts()["training"])


def _trainings(seen: Preview) -> Iterator[Training]:
    """Trials spread evenly over the space; none on a device, whose speed is not known."""
    if not seen.shapes or seen.unbuilt or (seen.pipeline.backend or Backend).on_device:
        return
    dimensions, rows = space_of(seen.pipeline).dimensions, seen.parts()["training"]
    for example in range(_EXAMPLES):
        at = {each.path: (0.5 + example * sqrt(_PRIMES[n % len(_PRIMES)])) % 1 for n, each in enumerate(dimensions)}
        values = {each.path: _between(each, at[each.path]) for each in dimensions}
        parts: Any = parts_of(settle(seen.pipeline, values))
        slots, _ = parts["model"].layout(seen.prepared, seen.outputs, parts["normalizer"])
        steps = ceil(rows / getattr(parts["trainer"], "batch_size", rows))
        units = sum(slot.shape[-1] for slot in slots if slot.role == "weight")
        yield Training(seen.pipeline.trainer.epochs, steps, sum(slot.size for slot in slots), units)


def _between(dimension: Dimension, share: float) -> Any:
    """A value so far from one end of a range to the other, about as its sampler would have it; of options one."""
    if isinstance(dimension.sampler, PluginChoice):
        return dimension.sampler.names[int(share * len(dimension.sampler.names))]
    ends = sampler_of(dimension).ends()
    if not dimension.ordered or len(ends) != 2 or not all(isinstance(each, (int, float)) for each in ends):
        return ends[int(share * len(ends))]
    low, high = min(ends), max(ends)
    value = low * (high / low) ** share if low > 0 else low + (high - low) * share
    return round(value) if all(isinstance(each, int) for each in ends) else value
