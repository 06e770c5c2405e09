"""What of the rows that were salvaged from a damaged store agrees with itself: a study from which a search goes on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count

from caviar.interfaces.store import Changes, Curve
from caviar.values.trial import Trial, TrialState


def whole(found: Changes) -> Changes | None:
    """The trials whose curves are complete, with all that belongs to them; None where it is unknown what was searched.

    A search trains the missing trials again. Which re-tests those had is unknown, so where any trial was re-tested, the
    rounds before the first missing trial are all that is left.
    """
    if found.study is None:
        return None
    epochs = _epochs(found.curves, found.attempts)
    trials = {number: each for number, each in found.trials.items() if _complete(each, epochs.get(number, 0))}
    search = tomllib.loads(found.study.file)["search"]
    missing = next(number for number in count() if number not in trials)
    round, retests = missing // search["round"], [again for each in trials.values() for again in each.retests]
    gap = missing < len(trials)
    # After a round whose last trials are missing, too: they were there when its re-tests were asked for.
    if retests and (gap or (missing < search["trials"] and any(again.round >= round for again in retests))):
        trials = _before(round, trials)
    known = trials.keys()
    groups = ({number: each for number, each in group.items() if number in known} for group in found.populations)
    return Changes(
        found.study,
        trials,
        tuple(group for group in groups if group),
        {number: attempt for number, attempt in found.attempts.items() if number in known},
        tuple(curve for curve in found.curves if curve.trial in known),
        {number: artifact for number, artifact in found.artifacts.items() if number in known},
        found.assessment,
        found.timeline,
    )


def _epochs(curves: Iterable[Curve], attempts: Mapping[int, int]) -> dict[int, int]:
    """The number of epochs that the curve of each trial has without a gap."""
    reached: dict[int, int] = {}
    for curve in sorted(curves, key=lambda each: (each.trial, each.metrics.first)):
        before, first = reached.get(curve.trial, 0), curve.metrics.first
        if curve.attempt == attempts.get(curve.trial) and first <= before + 1:
            reached[curve.trial] = max(before, first - 1 + curve.metrics.values.shape[1])
    return reached


def _complete(trial: Trial, epochs: int) -> bool:
    """Whether a curve of so many epochs is a trial's whole one; one that was broken off may have none."""
    broken = trial.state in (TrialState.FAILED, TrialState.DIVERGED)
    return broken or epochs >= trial.epochs


def _before(round: int, trials: Mapping[int, Trial]) -> dict[int, Trial]:
    """The trials of earlier rounds, as they were when this one began."""
    return {
        number: replace(each, retests=tuple(again for again in each.retests if again.round < round))
        for number, each in trials.items()
        if each.round < round
    }
