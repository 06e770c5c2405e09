"""The same rows held out whatever the seed: searches are compared, not how lucky a split was.

Caviar draws the split from the pipeline's seed. So the archive is written anew for each seed, its rows in an order in
which that seed holds out the rows that seed 1 holds out of the original.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from caviar.engine.data.split.shares import random_parts
from caviar.values.random import Random
from caviar_plugins import NPZ

from benchmarks.race.setting import HELD


def write(source: Path, to: Path, seed: int) -> None:
    """The rows of `source`, rearranged among those of their own class; the classes stay where they are."""
    import numpy

    with numpy.load(source) as file:
        x, y = file["X"], file["y"]
    _, codes = numpy.unique(y, return_inverse=True)
    wanted, drawn = (_held(source, codes, each) for each in (1, seed))
    order = numpy.arange(len(y))
    for code in range(codes.max() + 1):
        for held in (False, True):  # as many of each class: the split is stratified by places, not by chance
            places, rows = (numpy.flatnonzero((codes == code) & (part == held)) for part in (drawn, wanted))
            order[places] = rows
    numpy.savez(to, X=x[order], y=y)


def _held(source: Path, codes: Any, seed: int) -> Any:
    import numpy

    data = NPZ(path=source, validation=HELD)
    (split,) = random_parts(data, numpy.arange(len(codes)), codes, Random(seed).child("data").child("split"))
    return numpy.isin(numpy.arange(len(codes)), split.validation)
