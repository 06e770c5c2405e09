"""Splitting rows into training, validation and test part, stratified for classification."""

from __future__ import annotations

from caviar.config.checks.data_errors import no_rows, own_test_part
from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.dataset import Split
from caviar.values.random import Random


def split_rows(data: Data, codes: Array | None, rows: int, test: Array | None, random: Random) -> tuple[Split, ...]:
    """Row numbers of the parts, each sorted: one split, or one for each fold.

    `codes` are the classes to stratify by, None for regression. Rows marked in `test` are the test part; the
    fractions count the other rows.
    """
    import numpy

    if test is not None and data.test > 0:
        raise own_test_part()
    free = numpy.arange(rows) if test is None else numpy.flatnonzero(~test)
    mixed = free[random.child("split").order(len(free))]
    if codes is not None:
        mixed = mixed[numpy.argsort(codes[mixed], kind="stable")]
    own_test = numpy.arange(0) if test is None else numpy.flatnonzero(test)
    if data.folds is None:
        validation = _spread(len(mixed), data.validation)
        rest = mixed[~validation]
        held = _spread(len(rest), data.test / (1 - data.validation))
        parts = [(rest[~held], mixed[validation], numpy.concatenate([own_test, rest[held]]))]
    else:
        held = _spread(len(mixed), data.test)
        rest, tested = mixed[~held], numpy.concatenate([own_test, mixed[held]])
        fold = numpy.arange(len(rest)) % data.folds
        parts = [(rest[fold != each], rest[fold == each], tested) for each in range(data.folds)]
    splits = tuple(Split(*(numpy.sort(part) for part in each)) for each in parts)
    for split in splits:
        for name, part in (("training", split.train), ("validation", split.validation)):
            if len(part) == 0:
                raise no_rows(data, rows, name)
    return splits


def _spread(count: int, fraction: float) -> Array:
    """Marks round(count * fraction) of `count` places, evenly spread: over rows sorted by class that is stratified."""
    import numpy

    marks: Array = numpy.diff(numpy.floor(numpy.arange(count + 1) * fraction + 0.5)) > 0
    return marks
