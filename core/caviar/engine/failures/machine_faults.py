"""Faults of the machine: errors that a trial did not cause, and what happens to the trials that met them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from errno import EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EROFS
from typing import ClassVar

from caviar.engine.storage.study_ledger import StudyLedger
from caviar.values.problem import Problem
from caviar.values.segment import Fault, MemberOutcome
from caviar.values.trial import Trial, TrialState

_RUNS = 3  # what kept one trial from being trained in so many runs in a row may be the trial itself
_ERRNOS = {ENOSPC, EDQUOT, EMFILE, ENFILE, EIO, EROFS}
_CURES: Mapping[Fault, str] = {
    "killed": "",
    "memory": "free some memory, or use fewer workers (executor.workers)",
    "system": "check the free disk space and the limits of this process (ulimit -a)",
}


class Unfinished(Problem):
    """A round cannot be completed now because of the machine; the trained part is recorded.

    `suspects` are the trials whose runs are counted.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, aside: Sequence[MemberOutcome], suspects: Collection[int] = ()) -> None:
        parts = []
        for fault, cure in _CURES.items():
            concerned = [each for each in aside if each.fault == fault]
            if concerned:
                parts.append(f"{named(concerned)} could not be trained: {concerned[0].reason}")
                parts += [cure] if cure else []
                if concerned[0].trial in suspects:
                    parts.append(f"after {_RUNS} such runs in a row it counts as failed")
        super().__init__(f"{'; '.join(parts)}; run the same command again to retry and resume")


def fault_of(error: BaseException | None) -> Fault | None:
    """The machine fault that an error, or its cause, indicates; None if it indicates none."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno == ENOMEM:
        return "memory"
    if isinstance(error, OSError) and error.errno in _ERRNOS:
        return "system"
    return None if error is None else fault_of(error.__cause__)


def set_aside(trials: Iterable[int], epoch: int, fault: Fault, reason: str) -> list[MemberOutcome]:
    """The outcomes of trials that could not be trained beyond an epoch and must still be trained."""
    return [MemberOutcome(trial, TrialState.QUEUED, epoch, reason=reason, fault=fault) for trial in trials]


def resolve(
    aside: Sequence[MemberOutcome],
    trials: Mapping[int, Trial],
    others: bool,
    ledger: StudyLedger,
    record: Callable[[Sequence[MemberOutcome], Mapping[int, Trial]], None],
) -> None:
    """Records the trials that have finally failed. Raises Unfinished if others are still to be trained.

    A trial alone is too large where memory suffices for `others`, unless it was trained before. Where there are no
    others, or its workers were killed, it has failed in enough runs in a row: a study must be able to end.
    """
    large = {each.trial for each in aside if each.fault == "memory" and not trials[each.trial].epochs}
    lone = large if len(aside) == 1 and not others else set[int]()
    suspects = lone | {each.trial for each in aside if each.fault == "killed"}
    counted = {
        each.trial: replace(trials[each.trial], killed=trials[each.trial].killed + (each.trial in suspects))
        for each in aside
    }
    if suspects:
        ledger.settle([counted[trial] for trial in sorted(suspects)])
    failed = []
    for each in aside:
        if each.trial in large and others:
            failed.append(replace(each, state=TrialState.FAILED, reason=f"does not fit into memory: {each.reason}"))
        elif each.trial in suspects and counted[each.trial].killed >= _RUNS:
            reason = f"in {_RUNS} runs in a row {each.reason}"
            failed.append(replace(each, state=TrialState.FAILED, reason=reason))
    if failed:
        record(failed, counted)
    numbers = {each.trial for each in failed}
    left = [each for each in aside if each.trial not in numbers]
    if left:
        raise Unfinished(left, suspects)


def named(outcomes: Sequence[MemberOutcome]) -> str:
    """The trials of some outcomes in a message: "trials 3, 4"."""
    return numbered([each.trial for each in outcomes])


def numbered(numbers: Sequence[int]) -> str:
    """Trials in a message: "trials 3, 4"."""
    if len(numbers) == 1:
        return f"trial {numbers[0]}"
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"trials {', '.join(map(str, numbers[:5]))}{more}"
