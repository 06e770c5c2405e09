"""Lines on a search: its trials, rules and ranges, and what the run will cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from caviar.cli.preview.preview import Preview
from caviar.cli.preview.sizes import cluster, population, sizes, trials
from caviar.cli.preview.wording import called, count
from caviar.config.checks.sources import called as source_name
from caviar.config.declaration.space import sampler_of, space_of, span
from caviar.engine.analysis.cost import COMPILING, speed
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def search_lines(pipeline: Pipeline, seen: Preview | None, width: int | None) -> Iterator[tuple[str, str]]:
    """Each with the word that it is about, empty below the line of the same word; of `width` where words allow it."""
    search, rows = pipeline.search, list(searched(pipeline))
    if not rows:
        yield "search", f"no range: {count(search.trials, 'model')}" if search.trials > 1 else "no range: one model"
    else:
        most = trials(pipeline)
        rounds = -(-most // search.round)
        yield "search", f"{count(most, 'trial')} by {called(search.strategy)}, {count(rounds, 'round')}"
        if most < search.trials:
            yield "", f"all possible trials, fewer than search.trials = {search.trials:,}"
        if search.pruner:
            yield "", f"pruned by {called(search.pruner)}"
        if search.points:
            yield "", f"{count(len(search.points), 'given point')} first"
        for source in search.sources if search.strategy.learns else ():
            yield "", f"starts from {source_name(source)}"
        if search.patience:
            yield "", f"ends after {count(search.patience, 'finished trial')} without a better one"
        if search.seconds:
            yield "", f"ends after {search.seconds:g} s, with the trials that were trained by then"
        if search.trial_seconds:
            yield "", f"a trial that has trained for more than {search.trial_seconds:g} s is pruned"
    if search.conditions:
        yield "", f"the winner must meet {' and '.join(map(str, search.conditions))}"
    for line in _beside(rows, width):
        yield "", line
    if seen:
        yield from _cost(pipeline, seen)


def _cost(pipeline: Pipeline, seen: Preview) -> Iterator[tuple[str, str]]:
    """What the run will take; where trials may end early, it is an upper bound."""
    found = sizes(seen)
    by = count(found.workers, "worker")
    if address := cluster(pipeline):
        yield (
            "workers",
            f"{found.workers} assumed, by the cores here: how many the cluster at {address} has is not known",
        )
    yield (
        "memory",
        f"about {_size(found.memory())} with {by}; populations of up to {count(population(seen), 'member')}",
    )
    fast = speed()
    seconds = found.seconds(fast)
    if seconds is not None:
        search = pipeline.search
        early = search.pruner or search.patience or search.trial_seconds or getattr(pipeline.trainer, "patience", 0)
        limit = search.seconds or seconds
        about = "about" if not early else "at most about"
        first = f"; {_while(COMPILING / fast)} more where kernels are not compiled yet" if find_spec("numba") else ""
        yield "time", f"{about} {_while(min(seconds, limit))} with {by} on cores of their own{first}"


def _beside(rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """Rows as columns; where they are too wide, each has its path on a line of its own, and the rest below it."""
    if not rows:
        return
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    if width is None or sum(wide) + 2 * len(wide) - 2 <= width:
        for row in rows:
            yield "  ".join(f"{cell:{most}}" for cell, most in zip(row, wide, strict=True)).rstrip()
    else:
        for path, *rest in rows:
            yield path
            yield f"  {'  '.join(cell for cell in rest if cell)}"


def searched(pipeline: Pipeline) -> Iterator[tuple[str, str, str, str]]:
    """Path, scale, range and tier of every searched value, in words."""
    for dimension in space_of(pipeline).dimensions:
        sampler = sampler_of(dimension)
        scale = f"{name_of(type(sampler))} scale" if dimension.ordered else "choice"
        yield dimension.path, scale, span(sampler), f"tier {dimension.tier}" if dimension.tier else ""


def _while(seconds: float) -> str:
    """A time that is known to a factor of two."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(count: int) -> str:
    return f"{max(1, round(count / 1e6)):,} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
