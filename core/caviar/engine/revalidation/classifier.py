"""A classifier that tells old rows from new ones: it sees what no single column shows."""

from __future__ import annotations

from importlib.util import find_spec

from caviar.engine.revalidation.columns import flat
from caviar.engine.revalidation.statistics import area_under_curve
from caviar.values.arrays import Array
from caviar.values.random import Random
from caviar.values.revalidation import ToldApart
from caviar.values.table import Table

_MOST_ROWS, _MOST_NUMBERS = 20_000, 1_000_000
_FEWEST = 50  # rows of a side
_FOLDS = 3
_LEVELS = 30  # frequent words of a column; all others are one
_MOST_SHUFFLED = 40  # columns, those with the largest shifts
_NAMED, _USED = 5, 0.02  # columns that are named, and by how much the AUC falls at least without one


def installed() -> bool:
    """Whether scikit-learn is."""
    return find_spec("sklearn") is not None


def told_apart(old: Table, new: Table, order: list[str]) -> ToldApart | None:
    """How well gradient boosting tells the rows of two tables apart, on rows that it was not trained on.

    `order` are the columns to shuffle first, to see which of them it used. None with too few rows.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: F401  # brings the threads that are limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # they would wait for each other on a busy machine
        return _told_apart(old, new, order)


def _told_apart(old: Table, new: Table, order: list[str]) -> ToldApart | None:
    import warnings

    import numpy
    from sklearn.ensemble import HistGradientBoostingClassifier

    sides = [dict(flat(each)) for each in (old, new)]
    names = [name for name in sides[0] if name in sides[1]]
    each_side = min(_MOST_ROWS, _MOST_NUMBERS // max(len(names), 1)) // 2
    random = Random(0).child("classifier")
    drawn = [random.child(place).order(table.rows)[:each_side] for place, table in enumerate((old, new))]
    if not names or min(map(len, drawn)) < _FEWEST:
        return None
    x = numpy.stack(
        [_numbers(*(side[name][rows] for side, rows in zip(sides, drawn, strict=True))) for name in names], axis=1
    )
    is_new = numpy.repeat([False, True], [len(each) for each in drawn])
    categories = numpy.asarray([any(side[name].dtype.kind == "O" for side in sides) for name in names])
    fold = random.child("folds").order(len(x)) % _FOLDS
    scores, models = numpy.empty(len(x)), []
    for each in range(_FOLDS):
        model = HistGradientBoostingClassifier(
            max_iter=50, max_leaf_nodes=15, early_stopping=False, categorical_features=categories, random_state=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x[fold != each], is_new[fold != each])
        scores[fold == each] = model.decision_function(x[fold == each])
        models.append(model)

    def auc(scores: Array) -> float:
        """The mean over folds: scores of different models are not compared."""
        return sum(area_under_curve(scores[fold == k], is_new[fold == k])[0] for k in range(_FOLDS)) / _FOLDS

    whole = auc(scores)
    _, ends, p = area_under_curve(_ranked(scores, fold), is_new)
    used = {}
    for name in [*order, *(name for name in names if name not in order)][:_MOST_SHUFFLED]:
        if name not in names:
            continue
        column, shuffled = names.index(name), x.copy()
        without = numpy.empty(len(x))
        for k, model in enumerate(models):
            rows = numpy.flatnonzero(fold == k)
            shuffled[rows, column] = x[rows[random.child("shuffled", name, k).order(len(rows))], column]
            without[rows] = model.decision_function(shuffled[rows])
        used[name] = whole - auc(without)
    ordered = sorted(used.items(), key=lambda item: -item[1])
    return ToldApart(whole, ends, p, {name: drop for name, drop in ordered[:_NAMED] if drop > _USED})


def _ranked(scores: Array, fold: Array) -> Array:
    """Scores as ranks within their fold, so that those of different models can be pooled."""
    import numpy

    ranks = numpy.empty(len(scores))
    for each in range(_FOLDS):
        rows = numpy.flatnonzero(fold == each)
        ranks[rows[numpy.argsort(scores[rows], kind="stable")]] = numpy.arange(len(rows)) / len(rows)
    return ranks


def _numbers(old: Array, new: Array) -> Array:
    """Both sides of a column as numbers: words as codes of the frequent ones, what is missing as NaN."""
    import numpy

    if "O" not in (old.dtype.kind, new.dtype.kind):
        return numpy.concatenate([_plain(old), _plain(new)])
    cells = [None if each is None else str(each) for each in (*old.tolist(), *new.tolist())]
    words, counts = numpy.unique([each for each in cells if each is not None], return_counts=True)
    often = [str(words[place]) for place in numpy.argsort(-counts, kind="stable")[:_LEVELS]]
    codes = {word: float(place) for place, word in enumerate(often)}
    return numpy.asarray([numpy.nan if each is None else codes.get(each, float(_LEVELS)) for each in cells])


def _plain(column: Array) -> Array:
    import numpy

    if column.dtype.kind != "M":
        return column.astype(numpy.float64)
    found: Array = column.astype("datetime64[s]").astype(numpy.int64).astype(numpy.float64)
    found[numpy.isnat(column)] = numpy.nan
    return found
