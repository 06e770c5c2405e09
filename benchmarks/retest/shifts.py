"""How often a planted shift is found, and how often one is reported where there is none."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy
from caviar.engine.data.summary import summarized
from caviar.engine.revalidation.classifier import told_apart
from caviar.engine.revalidation.columns import compared_summaries, compared_tables
from caviar.engine.revalidation.data_moved import LEVEL, corrected, is_shift
from caviar.plugin import Table

from benchmarks.retest.sources import PLANTS, Columns, Plant, Source, sources, table

OLD, NEW = 2_000, 1_000


def report(resamples: int, repetitions: int) -> Iterator[str]:
    """The lines of a table: for each source and plant the share of repetitions in which the column was found."""
    yield "| data | shift | with old rows | with summaries |"
    yield "|---|---|---|---|"
    for name, source in sources().items():
        for title, plant in PLANTS.items():
            found = [_power(source, plant, repetitions, kept) for kept in (True, False)]
            if found[0] is not None and found[1] is not None:
                yield f"| {name} | {title} | {found[0]:.0%} | {found[1]:.0%} |"
        wrong = [_alarms(source, resamples, kept) for kept in (True, False)]
        yield f"| {name} | none | {wrong[0]:.1%} | {wrong[1]:.1%} |"


def alarms_with_classifier(resamples: int) -> str:
    """The same with the classifier among the tests, on rows of `magic`."""
    source, wrong, began = sources()["magic"], 0, time.process_time()
    for seed in range(resamples):
        old, new = _sides(source, seed, 600, 600)
        features, targets = (compared_tables(*pair) for pair in _parts(source, old, new))
        tests, told = corrected(features, targets, told_apart(*_parts(source, old, new)[0], []))
        assert told is not None
        wrong += any(map(is_shift, tests)) or (told.p < LEVEL and told.auc >= 0.55)
    seconds = (time.process_time() - began) / resamples
    return f"magic, 600 against 600 rows, with the classifier: {wrong} of {resamples} flagged, {seconds:.2f} s each"


def _power(source: Source, plant: Plant, repetitions: int, kept: bool) -> float | None:
    hits = 0
    for seed in range(repetitions):
        old, new = _sides(source, seed, OLD, NEW)
        column = plant(source, new, numpy.random.default_rng(seed))
        if column is None:
            return None
        hits += column in _found(source, old, new, kept)
    return hits / repetitions


def _alarms(source: Source, resamples: int, kept: bool) -> float:
    sides = (_sides(source, seed, OLD, NEW) for seed in range(resamples))
    return sum(bool(_found(source, *each, kept)) for each in sides) / resamples


def _sides(source: Source, seed: int, old: int, new: int) -> tuple[Columns, Columns]:
    """Old and new rows of one source, none of them twice."""
    order = numpy.random.default_rng(1000 + seed).permutation(source.rows)
    return source.take(order[:old]), source.take(order[old : old + new])


def _parts(source: Source, old: Columns, new: Columns) -> list[tuple[Table, Table]]:
    """Features, old and new, and the target, old and new."""
    names = [[name for name in old if name != source.target], [source.target]]
    return [(table({n: old[n] for n in part}), table({n: new[n] for n in part})) for part in names]


def _found(source: Source, old: Columns, new: Columns, kept: bool) -> set[str]:
    features, targets = (
        compared_tables(before, after) if kept else compared_summaries(summarized(before), after)
        for before, after in _parts(source, old, new)
    )
    return {each.column for each in corrected(features, targets)[0] if is_shift(each)}
