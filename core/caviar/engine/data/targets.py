"""Scaling the targets of a regression: a transform chosen or declared, fitted on the training rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from caviar.config.checks.data_errors import listed
from caviar.config.checks.target_errors import logarithm_chosen, no_logarithm
from caviar.interfaces.data import Data, DataError
from caviar.values.arrays import Array
from caviar.values.dataset import Split
from caviar.values.skew import Skew
from caviar.values.target_scale import TargetScale, TargetTransform
from caviar.values.task import Task

_KNOTS = 1000  # quantiles at most
_MARGIN = 0.1  # of the range of the training targets, as the model learns them, at each end


@dataclass(frozen=True)
class Targets:
    """The targets of a table: the task, without scales yet, the truth of all rows, and the transform of each target.

    `notes` tell of transforms that were chosen. There are no transforms where the targets are classes.
    """

    data: Data
    task: Task
    truth: Array
    transforms: tuple[TargetTransform, ...] = ()
    notes: tuple[str, ...] = ()

    def fitted(self, train: Array, dtype: str) -> tuple[Task, Array]:
        """The task and what models learn of all rows; scales are fitted on the training rows. Raises DataError."""
        if self.task.kind == "classification":
            return self.task, self.truth
        return _scaled(self.data, self.transforms, self.task, self.truth, train, dtype)


def targets_of(data: Data, task: Task, truth: Array, splits: Sequence[Split]) -> Targets:
    """The targets with the transform that is declared, or chosen by the first training part. Raises Unfit.

    A logarithm must exist in the training parts of all folds.
    """
    if task.kind == "classification":
        return Targets(data, task, truth)
    given = data.target_transform
    found, notes = list[TargetTransform](), list[str]()
    for place, name in enumerate(task.targets):
        declared = given.get(name) if isinstance(given, dict) else given
        skew = skew_of(truth[splits[0].train, place])
        least = min(float(truth[split.train, place].min()) for split in splits)
        skew = replace(skew, least=least, of_logarithm=None if least < 0 else skew.of_logarithm)
        if declared == "log" and skew.least < 0:
            raise no_logarithm(name, skew.least)
        if declared is None and skew.wants_logarithm:
            notes.append(logarithm_chosen(name, skew))
        found.append(declared or ("log" if skew.wants_logarithm else "none"))
    return Targets(data, task, truth, tuple(found), tuple(notes))


def declaration_of(task: Task) -> TargetTransform | dict[str, TargetTransform] | None:
    """`data.target_transform` as it was used: one for all targets, or a table."""
    found: dict[str, TargetTransform] = {
        name: "log" if scale.formula == "log1p" else scale.formula
        for name, scale in zip(task.targets, task.scales, strict=True)
    }
    return found if len(set(found.values())) > 1 else next(iter(found.values()), None)


def _scaled(
    data: Data, transforms: Sequence[TargetTransform], task: Task, truth: Array, train: Array, dtype: str
) -> tuple[Task, Array]:
    import numpy

    known = truth[train]
    starts = [_formula(transform, known[:, place]) for place, transform in enumerate(transforms)]
    least = known.min(axis=0).tolist()
    columns = [_learned(start, truth[:, place], least[place]) for place, start in enumerate(starts)]
    values = numpy.stack(columns, axis=1)
    with numpy.errstate(over="ignore"):
        center, scale = values[train].mean(axis=0), values[train].std(axis=0)
    if not (numpy.isfinite(center).all() and numpy.isfinite(scale).all()):
        raise DataError(f"the target {listed(task.targets)} is so large that its spread overflows; rescale it")
    scale[scale == 0] = 1.0  # a constant target is learned as it is
    scales = []
    for place, start in enumerate(starts):
        low, high = _range(data, start, known[:, place], values[train, place])
        scales.append(replace(start, center=float(center[place]), scale=float(scale[place]), low=low, high=high))
    return replace(task, scales=tuple(scales)), ((values - center) / scale).astype(dtype)


def skew_of(values: Array) -> Skew:
    """The skewness of some numbers and of their logarithms."""
    import numpy

    least = float(values.min())
    logarithm = _skewness(numpy.log1p(values) if least == 0 else numpy.log(values)) if least >= 0 else None
    return Skew(least, _skewness(values), logarithm)


def _skewness(values: Array) -> float:
    import numpy

    with numpy.errstate(over="ignore", invalid="ignore"):
        deviation = values - values.mean()
        variance = (deviation**2).mean()
        found = float((deviation**3).mean() / variance**1.5) if variance > 0 else 0.0
    return found if numpy.isfinite(found) else 0.0


def _formula(transform: TargetTransform, known: Array) -> TargetScale:
    """The transform with what it learned of the training targets, without center, scale and range."""
    import numpy

    if transform == "log":
        return TargetScale("log1p" if (known <= 0).any() else "log")
    if transform != "quantile":
        return TargetScale()
    shares = (numpy.arange(min(_KNOTS, len(known))) + 0.5) / min(_KNOTS, len(known))
    quantiles = numpy.sort(known)[(shares * len(known)).astype(int)]
    quantiles[0], quantiles[-1] = known.min(), known.max()
    scores = numpy.asarray([NormalDist().inv_cdf(share) for share in shares.tolist()])
    knots, place = numpy.unique(quantiles, return_inverse=True)  # equal ones share the mean of their scores
    means = numpy.bincount(place, scores) / numpy.bincount(place)
    return TargetScale("quantile", knots=tuple(knots.tolist()), scores=tuple(means.tolist()))


def _learned(scale: TargetScale, values: Array, least: float) -> Array:
    """f(target) of all rows. Where others are below the training targets, a logarithm takes the smallest of these."""
    import numpy

    if scale.formula == "log":
        return numpy.log(numpy.maximum(values, least))
    if scale.formula == "log1p":
        return numpy.log1p(numpy.maximum(values, least))
    if scale.formula == "quantile":
        return numpy.interp(values, scale.knots, scale.scores)
    return values


def _range(data: Data, scale: TargetScale, known: Array, learned: Array) -> tuple[float | None, float | None]:
    """The range of predictions in the user's units."""
    import numpy

    if data.target_range == "free":
        return None, None
    if data.target_range is not None:
        low, high = data.target_range
        return low, high
    least, most = float(known.min()), float(known.max())
    if scale.formula == "quantile":
        return least, most
    margin = _MARGIN * (float(learned.max()) - float(learned.min()))
    if not margin:
        return None, None  # a constant says nothing of a range
    ends = numpy.asarray([learned.min() - margin, learned.max() + margin])
    low, high = scale.in_units(ends).tolist()
    return (max(low, 0.0) if least >= 0 else low), high
