"""Folds: a trial that was trained once for each fold has one outcome, the mean over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caviar.values.metrics import Metrics
from caviar.values.segment import MemberOutcome
from caviar.values.trial import TrialState


def over_folds(outcomes: Sequence[MemberOutcome]) -> MemberOutcome:
    """One trial's outcomes, fold by fold, as one: metrics are means, the weights are the first fold's.

    One fold that failed or diverged decides for all.
    """
    if len(outcomes) == 1:
        return outcomes[0]
    for fold, outcome in enumerate(outcomes):
        if outcome.state is TrialState.FAILED:
            return replace(outcome, reason=f"in fold {fold + 1}: {outcome.reason}")
    lost = [fold for fold, outcome in enumerate(outcomes) if outcome.state is TrialState.DIVERGED]
    if lost:
        fold = min(lost, key=lambda fold: (outcomes[fold].epoch, fold))
        first, epoch = outcomes[fold], outcomes[fold].epoch
        return replace(first, metrics=_mean(outcomes, epoch), reason=f"in fold {fold + 1}: {first.reason}")
    epoch = min(outcome.epoch for outcome in outcomes)
    final = {name: sum((o.final or {})[name] for o in outcomes) / len(outcomes) for name in outcomes[0].final or {}}
    return replace(outcomes[0], epoch=epoch, metrics=_mean(outcomes, epoch), final=final)


def _mean(outcomes: Sequence[MemberOutcome], epochs: int) -> Metrics:
    """The mean rows of the epochs that all folds have."""
    import numpy

    rows = [outcome.metrics for outcome in outcomes if outcome.metrics is not None]
    epochs = min(epochs, *(each.values.shape[1] for each in rows))
    values = numpy.mean([each.values[:, :epochs] for each in rows], axis=0)
    return Metrics(rows[0].names, rows[0].first, values)
