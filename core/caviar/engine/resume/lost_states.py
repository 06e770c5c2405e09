"""Training states that were lost: their trials begin anew, and come to the same bits."""

from __future__ import annotations

from caviar.engine.failures.machine_faults import numbered
from caviar.engine.storage.artifacts import Unreachable
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.interfaces.store import StoreError


def restart_lost(ledger: StudyLedger) -> tuple[str, ...]:
    """Queues the trials anew whose training cannot go on from where it was; returns notes for the user."""
    lost = dict[int, str]()
    for trial in ledger.trials():
        if trial.epochs and not trial.state.done:
            try:
                ledger.weights(trial.index)
            except Unreachable:
                raise
            except StoreError as error:
                lost[trial.index] = str(error).partition(";")[0]
    if not lost:
        return ()
    ledger.settle([each.anew for each in ledger.trials() if each.index in lost])
    return (f"{numbered([*lost])}: trained from the start again, with the same result: {next(iter(lost.values()))}",)
