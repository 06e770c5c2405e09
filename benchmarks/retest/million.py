"""What comparing a million old rows with a million new ones takes, besides reading and training."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator

import numpy
from caviar.engine.data.summary import summarized
from caviar.engine.revalidation.classifier import told_apart
from caviar.engine.revalidation.columns import compared_summaries, compared_tables
from caviar.engine.revalidation.overlap import added
from caviar.plugin import Table

_ROWS = 1_000_000


def million() -> Iterator[str]:
    """A line for each step on 20 columns of numbers and 4 of words: processor seconds, and the most memory so far."""
    old, new = _made(1, 0.0), _made(2, 0.2)
    yield "| step | processor seconds | peak of the process |"
    yield "|---|---|---|"
    yield f"| both tables in memory | | {_peak():.0f} MB |"
    kept = summarized(old)
    steps: dict[str, Callable[[], object]] = {
        "which rows were added": lambda: added(old, new),
        "columns against old rows": lambda: compared_tables(old, new),
        "columns against summaries": lambda: compared_summaries(kept, new),
        "classifier": lambda: told_apart(old, new, []),
    }
    for name, step in steps.items():
        began = time.process_time()
        step()
        yield f"| {name} | {time.process_time() - began:.1f} | {_peak():.0f} MB |"


def _made(seed: int, shift: float) -> Table:
    random = numpy.random.default_rng(seed)
    columns = {f"x{place}": random.normal(size=_ROWS) for place in range(20)}
    columns["x0"] += shift
    for place, many in enumerate((3, 10, 50, 2000)):
        words = numpy.asarray([f"w{each}" for each in range(many)], dtype=object)
        columns[f"c{place}"] = words[random.integers(0, many, _ROWS)]
    return Table(columns, ())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
