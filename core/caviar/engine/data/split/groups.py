"""Parts of whole groups: rows with the same value of a column are in the same part."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.config.checks.splits import few_values
from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.dataset import Split
from caviar.values.random import Random


def group_parts(data: Data, groups: Array, free: Array, codes: Array | None, random: Random) -> tuple[Split, ...]:
    """The rows in `free` by their groups; one split, or one for each fold, whose validation parts are all rows once.

    The parts come near to their shares of all rows, and, with `codes`, of each class. Raises Unfit.
    """
    import numpy

    groups = groups[free]
    classes = None if codes is None else codes[free]
    if data.folds is None:
        shares = [1 - data.validation - data.test, data.validation, *([data.test] if data.test else [])]
        place = assigned(data, groups, classes, shares, random)
        return (Split(free[place == 0], free[place == 1], free[place == 2]),)
    tested = free[:0]
    if data.test:
        place = assigned(data, groups, classes, [1 - data.test, data.test], random, least=(data.folds, 1))
        tested, rest = free[place == 1], place == 0
        free, groups = free[rest], groups[rest]
        classes = None if classes is None else classes[rest]
    place = assigned(data, groups, classes, [1 / data.folds] * data.folds, random.child("folds"))
    return tuple(Split(free[place != each], free[place == each], tested) for each in numpy.arange(data.folds))


def assigned(
    data: Data,
    groups: Array,
    classes: Array | None,
    shares: Sequence[float],
    random: Random,
    least: Sequence[int] | None = None,
) -> Array:
    """The part of each row, int64. Part p gets at least `least[p]` groups, or one. Raises Unfit.

    The groups take their turn from the largest to the smallest, those of one size at random, and each goes where it
    brings the parts nearest to their shares: the sum of squared deviations, each divided by its part's share, counts
    the rows as much as the classes' mean. Undivided, the largest part would take a rare class whole. As in
    scikit-learn's StratifiedGroupKFold, a rare class counts as much as a frequent one.
    """
    import numpy

    least = least or [1] * len(shares)
    names, group = numpy.unique(groups, return_inverse=True)
    if len(names) < sum(least):
        raise few_values(data, "group", len(names))
    kinds, code = numpy.unique(classes, return_inverse=True) if classes is not None else (groups[:1], group * 0)
    pair, held = numpy.unique(group * len(kinds) + code, return_counts=True)
    owner, kind = numpy.divmod(pair, len(kinds))
    weight = held / numpy.bincount(code)[kind]
    size = numpy.bincount(group) / len(group)
    large = size**2 + numpy.bincount(owner, weight**2, len(names)) / len(kinds)
    mixed = random.order(len(names))
    order = mixed[numpy.argsort(-large[mixed], kind="stable")]
    ends = [0, *numpy.cumsum(numpy.bincount(owner)).tolist()]
    chosen = _placed(order.tolist(), ends, kind.tolist(), weight.tolist(), size.tolist(), shares, least)
    return numpy.asarray(chosen, dtype=numpy.int64)[group]


def _placed(
    order: Sequence[int],
    ends: Sequence[int],
    kind: Sequence[int],
    weight: Sequence[float],
    size: Sequence[float],
    shares: Sequence[float],
    least: Sequence[int],
) -> list[int]:
    """The part of each group; group g has the shares `weight` of the classes `kind`, both from ends[g] to ends[g + 1].

    In plain Python: a million groups of one row each take seconds, and arrays for each of them minutes.
    """
    kinds = max(kind) + 1
    parts = range(len(shares))
    lacks = [[share] * kinds for share in shares]  # of each class
    lack = [*shares]  # of all rows
    owed = [*least]
    chosen = [0] * len(order)
    for left, group in zip(range(len(order), 0, -1), order, strict=True):
        span = range(ends[group], ends[group + 1])
        allowed = [part for part in parts if owed[part] > 0] if left == sum(owed) else parts
        best, most = 0, float("-inf")
        for part in allowed:
            lacking = lacks[part]
            gain = size[group] * (2 * lack[part] - size[group])
            gain += sum(weight[at] * (2 * lacking[kind[at]] - weight[at]) for at in span) / kinds
            gain /= shares[part]
            if gain > most:
                best, most = part, gain
        chosen[group] = best
        owed[best] = max(owed[best] - 1, 0)
        lack[best] -= size[group]
        for at in span:
            lacks[best][kind[at]] -= weight[at]
    return chosen
