"""Parts that a column of the data names for each row."""

from __future__ import annotations

import re

from caviar.config.checks.splits import folds_beside_validation, unknown_parts, unnamed_flag
from caviar.engine.data.split.shares import random_parts
from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.dataset import Split
from caviar.values.random import Random

TRAIN, VALIDATION, TEST = 0, 1, 2
_WORDS = {
    **dict.fromkeys(("train", "training", "tr", "trn", "learn"), TRAIN),
    **dict.fromkeys(("validation", "validate", "valid", "val", "dev", "development"), VALIDATION),
    **dict.fromkeys(("test", "testing", "tst", "holdout", "hold-out", "hold_out"), TEST),
}
_YES, _NO = ("true", "yes", "y", "t", "1", "1.0"), ("false", "no", "n", "f", "0", "0.0")


def named_parts(data: Data, names: Array, codes: Array | None, random: Random) -> tuple[Split, ...]:
    """The rows as the column says; where it names no validation part, that is drawn from the training part.

    Raises Unfit.
    """
    import numpy

    part = parts_named(data, names)
    train, validation, test = (numpy.flatnonzero(part == each) for each in (TRAIN, VALIDATION, TEST))
    if len(validation) and data.folds is not None:
        raise folds_beside_validation(data)
    if len(validation):
        return (Split(train, validation, test),)
    return tuple(Split(each.train, each.validation, test) for each in random_parts(data, train, codes, random))


def parts_named(data: Data, names: Array) -> Array:
    """The part that each cell names. Raises Unfit for one that names none."""
    import numpy

    found, place = numpy.unique(names, return_inverse=True)
    words = [str(each).strip().lower() for each in found]
    if set(words) <= {*_YES, *_NO}:
        yes, no = _flag(data.part or "")
        if yes == no:
            raise unnamed_flag(data)
        known = [yes if word in _YES else no for word in words]
    elif unknown := [str(each) for each, word in zip(found, words, strict=True) if word not in _WORDS]:
        raise unknown_parts(data, unknown)
    else:
        known = [_WORDS[word] for word in words]
    return numpy.asarray(known, dtype=numpy.int64)[place]


def _flag(name: str) -> tuple[int, int]:
    """The parts that yes and no mean in a column of such a name, such as is_test; twice the same if it names none."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower()
    parts = {_WORDS[word] for word in re.split(r"[^a-z]+", apart) if word in _WORDS}
    if len(parts) != 1:
        return TRAIN, TRAIN
    (yes,) = parts
    return yes, TEST if yes == TRAIN else TRAIN
