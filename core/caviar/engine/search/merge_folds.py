"""Folds: a trial that was trained once for each fold has one outcome, the mean over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from caviar.engine.search.identities import both
from caviar.engine.storage.fold_weights import joined
from caviar.values.metric_name import MetricName
from caviar.values.metrics import Metrics
from caviar.values.segment import MemberOutcome, Outcome
from caviar.values.trial import TrialState


def merge_folds(outcomes: Iterable[Outcome], folds: int) -> Iterator[list[MemberOutcome]]:
    """Yields each trial once all its folds are done, and then releases it, because outcomes contain weights."""
    waiting: dict[int, dict[int, MemberOutcome]] = {}
    for outcome in outcomes:
        for member in outcome.members:
            waiting.setdefault(member.trial, {})[outcome.segment.fold] = member
        ended = [each.trial for each in outcome.members if len(waiting[each.trial]) == folds]
        if ended:
            yield [over_folds([each[fold] for fold in sorted(each)]) for each in map(waiting.pop, ended)]


def over_folds(outcomes: Sequence[MemberOutcome]) -> MemberOutcome:
    """One trial's outcomes, fold by fold, as one: metrics are means, seconds sums, the weights those of all folds.

    `deviation.validation.accuracy` is the standard deviation of `validation.accuracy` over the folds.

    One fold that failed decides for all, else one that could not be trained, else one that diverged, else one whose
    time was over.
    """
    if len(outcomes) == 1:
        return outcomes[0]
    origins = both(*(outcome.origins for outcome in outcomes))
    return replace(_together(outcomes), seconds=sum(outcome.seconds for outcome in outcomes), origins=origins)


def _together(outcomes: Sequence[MemberOutcome]) -> MemberOutcome:
    for fold, outcome in enumerate(outcomes):
        if outcome.state is TrialState.FAILED:
            return replace(outcome, reason=f"in fold {fold + 1}: {outcome.reason}")
    aside = next((outcome for outcome in outcomes if outcome.state is TrialState.QUEUED), None)
    if aside is not None:
        return aside
    lost = [fold for fold, outcome in enumerate(outcomes) if outcome.state is TrialState.DIVERGED]
    if lost:
        fold = min(lost, key=lambda fold: (outcomes[fold].epoch, fold))
        first, epoch = outcomes[fold], outcomes[fold].epoch
        return replace(first, metrics=_mean(outcomes, epoch), reason=f"in fold {fold + 1}: {first.reason}")
    epoch = min(outcome.epoch for outcome in outcomes)
    short = next((outcome for outcome in outcomes if outcome.state is TrialState.PRUNED), None)
    if short is not None:
        return replace(short, epoch=epoch, metrics=_mean(outcomes, epoch) if epoch else None)
    weights = joined([outcome.weights or {} for outcome in outcomes])
    return replace(outcomes[0], epoch=epoch, metrics=_mean(outcomes, epoch), final=_final(outcomes), weights=weights)


def _final(outcomes: Sequence[MemberOutcome]) -> dict[str, float]:
    """The mean of each metric, and for the validation part the standard deviation over folds."""
    import numpy

    values = {name: [(each.final or {})[name] for each in outcomes] for name in outcomes[0].final or {}}
    means = {name: sum(each) / len(each) for name, each in values.items()}
    parsed = {name: MetricName.parse(name) for name in values}
    apart = {
        str(name.deviation): float(numpy.std(values[written], ddof=1))
        for written, name in parsed.items()
        if name.part == "validation"
    }
    return means | apart


def _mean(outcomes: Sequence[MemberOutcome], epochs: int) -> Metrics:
    """The mean metric rows of the epochs that all folds have."""
    import numpy

    rows = [outcome.metrics for outcome in outcomes if outcome.metrics is not None]
    epochs = min(epochs, *(each.values.shape[1] for each in rows))
    values = numpy.mean([each.values[:, :epochs] for each in rows], axis=0)
    return Metrics(rows[0].names, rows[0].first, values)
