"""Parts of random rows, stratified for classes."""

from __future__ import annotations

from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.dataset import Split
from caviar.values.random import Random


def random_parts(data: Data, free: Array, codes: Array | None, random: Random) -> tuple[Split, ...]:
    """The rows in `free` at random; one split, or one for each fold.

    `codes` are the classes of all rows, to stratify by; None for regression.
    """
    import numpy

    mixed = free[random.order(len(free))]
    if codes is not None:
        mixed = mixed[numpy.argsort(codes[mixed], kind="stable")]
    if data.folds is None:
        validation = _spread(len(mixed), data.validation)
        rest = mixed[~validation]
        held = _spread(len(rest), data.test / (1 - data.validation))
        return (Split(rest[~held], mixed[validation], rest[held]),)
    held = _spread(len(mixed), data.test)
    rest, tested = mixed[~held], mixed[held]
    fold = numpy.arange(len(rest)) % data.folds
    return tuple(Split(rest[fold != each], rest[fold == each], tested) for each in range(data.folds))


def _spread(count: int, fraction: float) -> Array:
    """Marks round(count * fraction) of `count` places, evenly spread: over rows sorted by class that is stratified."""
    import numpy

    marks: Array = numpy.diff(numpy.floor(numpy.arange(count + 1) * fraction + 0.5)) > 0
    return marks
