"""The time limit of a search: when it must end, so that the whole run takes about `search.seconds`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from caviar.engine.search.objective import Objective
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.values.trial import Trial

_LEAST, _SHARE, _MOST = 1.0, 0.1, 0.25  # seconds, and shares of the limit, that are kept for the winner's test


@dataclass(frozen=True)
class TimeLimit:
    """`seconds` since `began`, a time of day; 0 seconds: no limit."""

    seconds: float = 0.0
    began: float = 0.0

    @property
    def end(self) -> float | None:
        """When all must be done, baselines too; None without a limit."""
        return self.began + self.seconds if self.seconds else None

    @property
    def deadline(self) -> float | None:
        """When training must have ended: afterwards the winner is tested and compared; None without a limit."""
        kept = min(max(_LEAST, _SHARE * self.seconds), _MOST * self.seconds)
        return self.began + self.seconds - kept if self.seconds else None

    @property
    def over(self) -> bool:
        """Whether nothing may be trained any more."""
        return self.deadline is not None and time.time() >= self.deadline

    def reason(self, done: int, total: int) -> str:
        """Why the search ended before its last trial."""
        again = "the same command continues it"
        return f"after {done} of {total} trials: search.seconds = {self.seconds:g} ended the search; {again}"


NO_LIMIT = TimeLimit()


def best_begun(ledger: StudyLedger, objective: Objective) -> Trial | None:
    """Of the trials that the time left on their way, the one with the best last epoch, where no trial can win.

    None where the winner must meet conditions, which are those of a whole training.
    """
    begun = [trial for trial in ledger.trials() if trial.epochs and not trial.state.done and ledger.holds(trial.index)]
    if not begun or objective.conditions:
        return None
    curves = ledger.curves(objective.metric)
    better = 1 if objective.goal == "maximize" else -1

    def rank(trial: Trial) -> tuple[bool, float, int]:
        value = curves[trial.index][trial.epochs - 1]
        return value == value, better * value, -trial.index  # one without a value is the worst

    return max(begun, key=rank)


def mark(ledger: StudyLedger, limit: TimeLimit, epochs: int) -> None:
    """Records at trials that were begun why they have not ended."""
    begun = [trial for trial in ledger.trials() if trial.epochs and not trial.state.done]
    if begun:
        reason = f"of {epochs}: search.seconds = {limit.seconds:g} ended the search"
        ledger.settle([replace(trial, reason=f"stopped at epoch {trial.epochs} {reason}") for trial in begun])


def unmark(ledger: StudyLedger) -> None:
    """Removes these reasons when the search goes on."""
    marked = [trial for trial in ledger.trials() if trial.reason and not trial.state.done]
    if marked:
        ledger.settle([replace(trial, reason=None) for trial in marked])
