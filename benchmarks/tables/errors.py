"""Test errors, and ratios of them with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy
from caviar.plugin import Array

from benchmarks.tables.results import Result
from benchmarks.tables.sources import Task

_RESAMPLES = 10_000

Errors: TypeAlias = Mapping[str, Mapping[int, Result]]
"""Of one contender: table -> split -> result."""


def error(task: Task, truth: Array, predicted: Array) -> float:
    """1 - accuracy, or 1 - R2. Raises ValueError where predictions and rows are not as many."""
    if predicted.shape != truth.shape:
        raise ValueError(f"{len(predicted)} predictions for {len(truth)} rows")
    if task == "classification":
        return float((predicted != truth).mean())
    truth = truth.astype("f8")
    return float(((predicted - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


@dataclass(frozen=True)
class Ratio:
    """A contender's error divided by another's: geometric mean over `tables` with its 95 % interval."""

    tables: Mapping[str, float]
    mean: float
    low: float
    high: float

    @property
    def better(self) -> int:
        """On how many tables the ratio is below 1."""
        return sum(each < 1 for each in self.tables.values())


def ratio(ours: Errors, theirs: Errors) -> Ratio | None:
    """Over the tables and splits that both have; None where there are none.

    A table's ratio is that of the mean errors over its splits. The bootstrap draws tables anew, and within each drawn
    table the splits, the same for both.
    """
    pairs = {
        table: [(each, theirs[table][split]) for split, each in splits.items() if split in theirs.get(table, {})]
        for table, splits in ours.items()
    }
    pairs = {table: found for table, found in pairs.items() if found}
    if not pairs:
        return None
    splits = numpy.asarray([len(found) for found in pairs.values()])
    errors = numpy.zeros((len(pairs), splits.max(), 2))
    for table, found in enumerate(pairs.values()):
        errors[table, : len(found)] = [[each.error for each in pair] for pair in found]
    # Half a row of all tested: a small table on which nobody is wrong has a finite ratio.
    least = numpy.asarray([0.5 / sum(each.rows for each, _ in found) for found in pairs.values()])

    def logs(tables: Array, drawn: Array) -> Array:
        """Of tables (…), from their splits `drawn` (…, most splits), of which as many count as the table has."""
        counts = numpy.arange(drawn.shape[-1]) < splits[tables][..., None]
        sums = (errors[tables[..., None], drawn] * counts[..., None]).sum(-2)
        means = numpy.maximum(sums / splits[tables][..., None], least[tables][..., None])
        found: Array = numpy.log(means[..., 0] / means[..., 1])
        return found

    every = numpy.arange(len(pairs))
    measured = logs(every, numpy.broadcast_to(numpy.arange(splits.max()), errors.shape[:2]))
    random = numpy.random.default_rng(0)
    chosen = random.integers(len(pairs), size=(_RESAMPLES, len(pairs)))
    drawn = random.integers(splits[chosen][..., None], size=(*chosen.shape, splits.max()))
    low, high = numpy.exp(numpy.quantile(logs(chosen, drawn).mean(1), [0.025, 0.975]))
    tables = dict(zip(pairs, numpy.exp(measured).tolist(), strict=True))
    return Ratio(tables, float(numpy.exp(measured.mean())), float(low), float(high))
