"""The time limit of a search: when it must end, so that the whole run takes about `search.seconds`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from math import nan

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


def mark(ledger: StudyLedger, limit: TimeLimit, epochs: int, objective: Objective) -> None:
    """Records at trials in training that the time has stopped them, and their objective at the epoch they reached.

    So they rank among the finished ones, and one of them may win. They have no objective where their state is lost,
    or where the winner must meet conditions, which are those of a whole training.
    """
    begun = [trial for trial in ledger.trials() if trial.epochs and not trial.state.done]
    if begun:
        curves = ledger.curves(objective.metric)
        reason = f"of {epochs}: search.seconds = {limit.seconds:g} ended the search"

        def reached(trial: Trial) -> float | None:
            stands = ledger.holds(trial.index) and not objective.conditions
            value = curves[trial.index][trial.epochs - 1] if stands else nan
            return value if value == value else None

        ledger.settle(
            [
                replace(each, reason=f"stopped at epoch {each.epochs} {reason}", objective=reached(each))
                for each in begun
            ]
        )


def unmark(ledger: StudyLedger) -> None:
    """Removes both when the search goes on."""
    marked = [trial for trial in ledger.trials() if trial.reason and not trial.state.done]
    if marked:
        ledger.settle([replace(trial, reason=None, objective=None) for trial in marked])
