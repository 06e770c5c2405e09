"""A first round of which every trial failed for one reason: the cause is not a single trial's point."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caviar.engine.storage.study_ledger import StudyLedger
from caviar.values.trial import Trial, TrialState

ENOUGH = 4  # trials; fewer may have met bad points by chance
_NUMBER = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")


def common_reason(trials: Sequence[Trial]) -> str | None:
    """The reason why all trials of a first round have failed, if it is the same, apart from numbers, for all."""
    if not trials or any(trial.round or trial.state is not TrialState.FAILED for trial in trials):
        return None
    reasons = {_NUMBER.sub("0", trial.reason or "") for trial in trials}
    return trials[0].reason if len(reasons) == 1 else None


def queue_again(ledger: StudyLedger) -> tuple[str, ...]:
    """Queues all trials of such a study again, whose cause may have been removed since; returns notes for the user."""
    trials, reason = ledger.trials(), common_reason(ledger.trials())
    if reason is None:
        return ()
    ledger.settle([each.anew for each in trials])
    return (f"all trials failed for the same reason and are trained again: {reason}",)
